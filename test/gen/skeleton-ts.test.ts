import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import { generateTsSkeleton } from '../../src/gen/index.ts';
import { openObject } from '../../src/object/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const objects = `${root}samples/objects/`;

function skeletonOf(path: string, runtime?: string): string {
  const bytes = readFileSync(`${objects}${path}.bpf.o`);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return generateTsSkeleton(openObject(bytes, { name }), bytes, { file: `${name}.bpf.o`, name, runtime });
}

describe('TypeScript skeletons', () => {
  it.each(['xdp_ssh_firewall', 'ringbuf_packets', 'typed_values', 'globals'])('of %s are as recorded', async (name) => {
    const text = skeletonOf(`clang-19/el/${name}`, '../../../src/index.ts');
    await expect(text).toMatchFileSnapshot(`golden/${name}.skel.ts`);
  });

  it('type-check under strict for every sample of every compiler and both byte orders', { timeout: 120_000 }, () => {
    mkdirSync(`${root}node_modules/.cache`, { recursive: true });
    const folder = mkdtempSync(`${root}node_modules/.cache/skeletons-`);
    try {
      let count = 0;
      for (const set of ['clang-19/el', 'clang-19/eb', 'clang-14/el', 'gcc/el']) {
        for (const file of readdirSync(`${objects}${set}`)) {
          const name = file.replace(/\.bpf\.o$/, '');
          const text = unlessRefused(() => skeletonOf(`${set}/${name}`));
          if (text === undefined) continue;
          writeFileSync(`${folder}/${set.replace('/', '-')}-${name}.skel.ts`, text);
          count++;
        }
      }
      writeFileSync(
        `${folder}/tsconfig.json`,
        JSON.stringify({
          extends: `${root}tsconfig.json`,
          compilerOptions: { paths: { ebpfts: [`${root}src/index.ts`] }, typeRoots: [`${root}node_modules/@types`] },
          include: ['*.ts', `${root}src/**/*.d.ts`],
          exclude: [],
        }),
      );
      // One that is wrong: the check must see it.
      writeFileSync(
        `${folder}/wrong.skel.ts`,
        `import { XdpDrop } from './clang-19-el-xdp_drop.skel.ts';\nXdpDrop.open().maps;\n`,
      );
      const problems = typeCheck(folder);
      expect(problems).toEqual([expect.stringContaining("Property 'maps' does not exist on type 'XdpDrop'")]);
      expect(count).toBeGreaterThan(150);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Some of GCC's objects are none that libbpf opens. */
function unlessRefused(make: () => string): string | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof EbpftsError) return undefined;
    throw error;
  }
}

/** tsc's complaints about the folder. */
function typeCheck(folder: string): string[] {
  try {
    execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder], { encoding: 'utf8' });
    return [];
  } catch (error) {
    return (error as { stdout: string }).stdout
      .split('\n')
      .filter((line) => line.includes('error TS') && !/^[./]*src\//.test(line));
  }
}
