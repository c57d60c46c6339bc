// The tests of the C printer once more, on the form of it that the command line has.
import { join } from 'node:path';
import { vi } from 'vitest';

vi.mock('../../../src/btf/c/engine.ts', async () => {
  const { compileFlat } = await import('../../../scripts/flat/compile.ts');
  const { start } = await import('../../../scripts/flat/start.ts');
  const path = join(import.meta.dirname, '../../../src/btf/c/engine.ts');
  const { code, ...image } = compileFlat({ path, record: 'CTables' });
  const stored = { ...image, code: Buffer.from(code).toString('base64') };
  return {
    startEngine: (...[sizes, host]: Parameters<typeof start> extends [unknown, ...infer R] ? R : never) =>
      start(stored, sizes, host),
  };
});

await import('./dump.test.ts');
await import('./form.test.ts');
await import('../c-declarer.test.ts');
