// Tests of BTF once more, on the form that the command line has: what goes over all types is compiled (scripts/flat).
import { join } from 'node:path';
import { vi } from 'vitest';

/** The module that binds functions to a record, with their compiled form. */
const compiled = vi.hoisted(() => async (module: string, record: string) => {
  const { compileFlat } = await import('../../scripts/flat/compile.ts');
  const { start } = await import('../../scripts/flat/start.ts');
  const { code, ...image } = compileFlat({ path: join(import.meta.dirname, '../../src/btf', module), record });
  const stored = { ...image, code: Buffer.from(code).toString('base64') };
  return (contents: Parameters<typeof start>[1], host: Parameters<typeof start>[2]) => start(stored, contents, host);
});

vi.mock('../../src/btf/c/engine.ts', async () => ({ startEngine: await compiled('c/engine.ts', 'CTables') }));
vi.mock('../../src/btf/scan-engine.ts', async () => ({ startScan: await compiled('scan-engine.ts', 'ScanTables') }));
vi.mock('../../src/btf/name-engine.ts', async () => ({ startNames: await compiled('name-engine.ts', 'NameTables') }));

await import('./parse.test.ts');
await import('./resolve.test.ts');
await import('./c-declarer.test.ts');
await import('./c/dump.test.ts');
await import('./c/form.test.ts');
