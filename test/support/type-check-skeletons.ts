import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Type-checks modules that import `ebpfts`, all in one run of tsc under this project's strict settings.
 * @param modules text by file name, without `.ts`
 * @returns tsc's complaints, but for those about the project's own sources
 */
export function typeCheckModules(modules: ReadonlyMap<string, string>): string[] {
  mkdirSync(`${root}node_modules/.cache`, { recursive: true });
  const folder = mkdtempSync(`${root}node_modules/.cache/skeletons-`);
  try {
    for (const [name, text] of modules) writeFileSync(`${folder}/${name}.ts`, text);
    writeFileSync(
      `${folder}/tsconfig.json`,
      JSON.stringify({
        extends: `${root}tsconfig.json`,
        compilerOptions: { paths: { ebpfts: [`${root}src/index.ts`] }, typeRoots: [`${root}node_modules/@types`] },
        include: ['*.ts', `${root}src/**/*.d.ts`],
        exclude: [],
      }),
    );
    return complaints(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function complaints(folder: string): string[] {
  try {
    execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return [];
  } catch (error) {
    return (error as { stdout: string }).stdout
      .split('\n')
      .filter((line) => line.includes('error TS') && !/^[./]*src\//.test(line));
  }
}
