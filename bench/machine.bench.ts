// What a saved machine costs a call: with nothing in it, and with a map of 1,000,000 entries in it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeHost } from '../src/host/index.ts';
import { openMachine } from '../src/machine/index.ts';
import { isErrno } from '../src/syscall/index.ts';
import { timeCommand, timePaired } from './paired.ts';

const ENTRIES = 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'ebpfts-bench-'));
const [small, large] = ['small', 'large'].map((name) => join(folder, name));
const ebpfts = (machine: string, ...words: string[]) => [
  process.execPath,
  'bin/ebpfts',
  '--machine',
  machine,
  ...words,
];

for (const machine of [small, large]) {
  timeCommand(
    ebpfts(machine, ...'map create /sys/fs/bpf/m type hash key 4 value 64 name m entries'.split(' '), String(ENTRIES)),
  );
}
const machine = openMachine({ host: createNodeHost(), name: large });
const start = performance.now();
machine.write((kernel) => {
  const system = kernel.openProcess();
  const fd = system.objGet('/sys/fs/bpf/m');
  if (isErrno(fd)) throw new RangeError(`objGet: ${fd}`);
  const key = new Uint8Array(4);
  const value = new Uint8Array(64);
  for (let i = 0; i < ENTRIES; i++) {
    new DataView(key.buffer).setUint32(0, i, true);
    system.mapUpdateElem(fd, key, value, 0n);
  }
});
await machine.close();
console.log(`${ENTRIES} updates and their saving: ${(performance.now() - start).toFixed(0)} ms`);

for (const words of [
  ['prog', 'list'],
  ['map', 'list'],
  ['map', 'update', 'name', 'm', 'key', '1', '0', '0', '0', 'value', ...Array.from({ length: 64 }, () => '7')],
  ['map', 'lookup', 'name', 'm', 'key', '1', '0', '0', '0'],
]) {
  const { a, b, ratio } = timePaired(ebpfts(large, ...words), ebpfts(small, ...words), 9);
  console.log(
    `${words.slice(0, 2).join(' ')}: full map ${a.toFixed(0)} ms, empty map ${b.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`,
  );
}
rmSync(folder, { recursive: true });
