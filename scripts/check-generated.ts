// Holds generated files to what their generators write today.
// Usage: tsx scripts/check-generated.ts [ROOT]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateUapi } from './generate-uapi.ts';

/** Generated files below `root` that are not what their generator writes, a sentence each. */
export function staleFiles(root: string): string[] {
  return [...generateUapi(root)]
    .map(([file, text]) => ({ path: join('src/uapi', file), text }))
    .filter(({ path, text }) => readFileSync(join(root, path), 'utf8') !== text)
    .map(({ path }) => `${path}: not what scripts/generate-uapi.ts writes; run it`);
}

if (import.meta.filename === process.argv[1]) {
  const found = staleFiles(process.argv[2] ?? '.');
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
