import { describe, expect, test } from 'vitest';
import { Fields, formatJson, type Json, Raw } from '../../src/cli/render/json.ts';

// Texts are what bpftool 7.5 prints for these shapes.
describe('JSON is laid out as bpftool lays it out', () => {
  const rows: readonly (readonly [name: string, value: Json, plain: string, pretty: string])[] = [
    ['a list', [1, 2], '[1,2]', '[1,2\n]'],
    ['an empty list', [], '[]', '[]'],
    ['an empty object', {}, '{}', '{}'],
    ['an object', { a: 1, b: 'x' }, '{"a":1,"b":"x"}', '{\n    "a": 1,\n    "b": "x"\n}'],
    [
      'objects in a list',
      [{ a: 1 }, { a: 2 }],
      '[{"a":1},{"a":2}]',
      '[{\n        "a": 1\n    },{\n        "a": 2\n    }\n]',
    ],
    ['a list in an object', { l: ['x'] }, '{"l":["x"]}', '{\n    "l": ["x"\n    ]\n}'],
    ['what is undefined', { a: undefined, b: null }, '{"b":null}', '{\n    "b": null\n}'],
    ['escapes', '"\\\t\n', '"\\"\\\\\\t\\n"', '"\\"\\\\\\t\\n"'],
    [
      'other control characters, so that it stays JSON',
      '\u0001\u001f\u007f',
      '"\\u0001\\u001f\u007f"',
      '"\\u0001\\u001f\u007f"',
    ],
    ['big numbers', 2n ** 64n - 1n, '18446744073709551615', '18446744073709551615'],
    ['raw tokens', [new Raw('0x1f')], '[0x1f]', '[0x1f\n]'],
    [
      'names that repeat',
      new Fields([
        ['', 1],
        ['', 2],
      ]),
      '{"":1,"":2}',
      '{\n    "": 1,\n    "": 2\n}',
    ],
  ];
  test.for(rows)('%s', ([, value, plain, pretty]) => {
    expect(formatJson(value, false)).toBe(plain);
    expect(formatJson(value, true)).toBe(pretty);
  });
});
