/**
 * Makes a TypeScript skeleton of every object that opens and type-checks all of them in one run of tsc.
 *
 * usage: tsx scripts/type-check-skeletons.ts FOLDER...
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EbpftsError } from '../src/base/index.ts';
import { formatTsSkeleton, skeletonOf } from '../src/gen/index.ts';
import { openObject } from '../src/object/index.ts';
import { typeCheckModules } from '../test/support/type-check-skeletons.ts';

const modules = new Map<string, string>();
let refused = 0;
const start = performance.now();
for (const [i, folder] of process.argv.slice(2).entries()) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.o'))) {
    const elf = readFileSync(join(folder, file));
    try {
      const object = openObject(elf, { name: file });
      modules.set(`${i}-${file}.skel`, formatTsSkeleton(skeletonOf(object, elf, { file })));
    } catch (error) {
      if (!(error instanceof EbpftsError)) throw error;
      refused++;
    }
  }
}
const made = performance.now();
const problems = typeCheckModules(modules);
const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
for (const problem of problems) console.log(problem);
console.log(
  `${modules.size} skeletons made in ${seconds(start, made)} s (${refused} objects do not open), type-checked in ${seconds(made, performance.now())} s: ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
