import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/base/index.ts';
import { type Btf, formatBtfC, formatBtfRaw, formatBtfRawJson, parseBtf } from '../../src/btf/index.ts';
import { parseElf } from '../../src/elf/index.ts';
import { recordedRows } from '../support/samples.ts';

const root = new URL('../../', import.meta.url);
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

function readBtf(file: string, stored: Uint8Array): Btf {
  if (file.endsWith('.gz')) return parseBtf(gunzipSync(stored));
  const section = parseElf(stored).sections.find(({ name }) => name === '.BTF');
  return parseBtf(section?.data ?? new Uint8Array(), { pointerSize: 8 });
}

/** bpftool ends its JSON with a newline. */
function json(btf: Btf): Uint8Array {
  const text = formatBtfRawJson(btf);
  const line = new Uint8Array(text.length + 1);
  line.set(text);
  line.set(encodeUtf8('\n'), text.length);
  return line;
}

describe('dumps equal those of bpftool 7.5 byte by byte', () => {
  const rows = recordedRows('btf-dumps.csv');
  test('there are rows for the kernel and the samples', () => expect(rows.length).toBeGreaterThan(100));

  test.each(rows)('%s', (file, input, ...expected) => {
    const stored = readFileSync(new URL(file, root));
    expect(digest(stored), 'built anew? then run scripts/record-btf-dumps.ts').toBe(input);
    const btf = readBtf(file, stored);
    const dumps = [formatBtfRaw(btf), json(btf), formatBtfC(btf), formatBtfC(btf, { unsorted: true })].map(digest);
    expect(dumps.map((dump, i) => (expected[i] === '-' ? '-' : dump))).toEqual(expected);
  });
});
