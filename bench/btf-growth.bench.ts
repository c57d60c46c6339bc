// How the cost of reading, dumping and merging BTF grows with the number of types: a kernel's types 1, 2, 4 and 8 times,
// each time under other names. Prints processor milliseconds, the smallest of three runs, and nanoseconds per type, which
// stay the same where growth is linear. Takes about a minute.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ByteWriter, encodeUtf8 } from '../src/base/index.ts';
import { type Btf, BtfBuilder, formatBtfC, formatBtfRaw, mergeBtf, parseBtf } from '../src/btf/index.ts';

const kernel = parseBtf(gunzipSync(readFileSync(join(import.meta.dirname, '../data/vmlinux-6.12.117-amd64.btf.gz'))));

/** The same types, each named one with `suffix` after its name. */
function renamed(btf: Btf, suffix: string): Btf {
  const words = btf.words.slice();
  const added = new ByteWriter('little', btf.strings.size);
  const places = new Map<number, number>();
  for (let id = 1; id < btf.typeCount; id++) {
    const name = words[btf.index[id]];
    if (name === 0) continue;
    let place = places.get(name);
    if (place === undefined) {
      place = btf.strings.size + added.length;
      places.set(name, place);
      added.raw(encodeUtf8(`${btf.strings.at(name)}${suffix}\0`));
    }
    words[btf.index[id]] = place;
  }
  const size = words.length * 4;
  const blob = new ByteWriter('little', size + 2 * btf.strings.size);
  blob
    .u16(0xeb9f)
    .u8(1)
    .u8(0)
    .u32(24)
    .u32(0)
    .u32(size)
    .u32(size)
    .u32(btf.strings.size + added.length);
  for (const word of words) blob.u32(word);
  return parseBtf(blob.raw(btf.strings.bytes).raw(added.toBytes()).toBytes());
}

function milliseconds(run: () => unknown): number {
  const runs = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...runs);
}

for (const times of [1, 2, 4, 8]) {
  const builder = BtfBuilder.from(kernel);
  for (let copy = 1; copy < times; copy++) builder.addBtf(renamed(kernel, `__${copy}`));
  const bytes = builder.encode();
  const btf = parseBtf(bytes);
  const row = (what: string, run: () => unknown) => {
    const time = milliseconds(run);
    console.log(
      `${times}x ${btf.typeCount} types, ${what}: ${time.toFixed(0)} ms, ${((time * 1e6) / btf.typeCount).toFixed(0)} ns a type`,
    );
  };
  row('parse', () => parseBtf(bytes));
  row('raw', () => formatBtfRaw(parseBtf(bytes)));
  row('C', () => formatBtfC(parseBtf(bytes)));
  row('merge with itself', () => mergeBtf([btf, btf]));
}
