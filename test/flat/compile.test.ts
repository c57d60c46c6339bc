import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compileFlat } from '../../scripts/flat/compile.ts';
import { isWorthIt, start } from '../../scripts/flat/start.ts';
import { mulberry32 } from '../support/random.ts';
import { bind } from './entry.ts';
import type { Numbers } from './numbers.ts';

const SIZES = { words: 64, bytes: 64 };

describe('functions of a flat record', () => {
  const heard: string[] = [];
  const host = { heard: (a: number, b: number) => heard.push(`${a} ${b}`) };
  const { code, ...image } = compileFlat({ path: join(import.meta.dirname, 'entry.ts'), record: 'Numbers' });
  const stored = { ...image, code: Buffer.from(code).toString('base64') };
  const compiled = start(stored, SIZES, host) as unknown as Record<string, (a: number, b: number) => number> & {
    tables: Numbers;
  };
  const plainTables = { words: new Int32Array(64), bytes: new Uint8Array(64), count: 0, flag: false, ...host };
  const plain = bind(plainTables as unknown as Numbers);

  test.each(Object.keys(plain))('%s is the same compiled and as TypeScript', (rule) => {
    const random = mulberry32(7);
    for (let round = 0; round < 500; round++) {
      const [a, b] = [0, 0].map(() => (random() * 2 ** 32) >> Math.floor(random() * 32));
      heard.length = 0;
      expect([a, b, compiled[rule](a, b)]).toEqual([a, b, plain[rule](a, b)]);
      expect(heard.slice(1)).toEqual(heard.slice(0, -1));
    }
    expect([...compiled.tables.words]).toEqual([...plainTables.words]);
    expect([...compiled.tables.bytes]).toEqual([...plainTables.bytes]);
    expect([compiled.tables.count, compiled.tables.flag]).toEqual([plainTables.count, plainTables.flag]);
  });
});

test.each([
  ['arrays of a kernel', { words: new Int32Array(0x4000), index: 9 }, true],
  ['small arrays', { words: new Int32Array(0x3fff), index: 0x10_0000 }, false],
  ['arrays that are filled in later', { words: 9 }, true],
] as const)('whether the compiled form is started: %s', (_name, contents, worth) => {
  expect(isWorthIt(contents)).toBe(worth);
});

describe('what has no compiled form ends the build with its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ebpfts-flat-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const refused: [string, string, string][] = [
    ['a quotient that is not made whole', 'return a / 2;', 'a quotient that is not made whole'],
    ['a comparison of a number with a sign and one without', 'return a >>> 0 < a ? 1 : 0;', 'the other has not'],
    ['a variable without a value', 'let b; return a;', 'a variable needs a value'],
    ['text', "return 'a'.length;", 'no such field'],
    ['a list', 'for (const b of [a]) return b; return a;', 'no such statement'],
    ['what the record has not', 't.other = a; return a;', 'no such field'],
    ['a function from elsewhere', 'return parseInt(a);', 'no such function'],
  ];
  test.each(refused)('%s', (name, body, why) => {
    const path = join(folder, `${refused.findIndex(([other]) => other === name)}`);
    const record = 'interface Row { count: number }';
    writeFileSync(`${path}-f.ts`, `export ${record}\nexport function f(t: Row, a: number): number {\n${body}\n}\n`);
    writeFileSync(`${path}.ts`, `import { f, type Row } from './${path.split('/').at(-1)}-f.ts';\n`);
    expect(() => compileFlat({ path: `${path}.ts`, record: 'Row' })).toThrowError(`${path}-f.ts:3: `);
    expect(() => compileFlat({ path: `${path}.ts`, record: 'Row' })).toThrowError(why);
  });
});
