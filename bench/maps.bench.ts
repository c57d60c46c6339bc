// What maps of 1,000,000 entries cost: making one, then a program's update and look-up of each key, then giving it back.
// CPU time, so that other work on the machine does not count.
import { bpf_map_type } from '../src/uapi/index.ts';
import { TestMapHost } from '../test/support/map-host.ts';

const ENTRIES = 1_000_000;

const { BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LPM_TRIE } = bpf_map_type;

/** Nanoseconds of CPU time. */
function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

for (const [name, mapType] of Object.entries({
  BPF_MAP_TYPE_ARRAY,
  BPF_MAP_TYPE_HASH,
  BPF_MAP_TYPE_LRU_HASH,
  BPF_MAP_TYPE_LPM_TRIE,
})) {
  const host = new TestMapHost();
  const trie = mapType === BPF_MAP_TYPE_LPM_TRIE;
  const attr = { mapType, keySize: trie ? 8 : 4, valueSize: 8, maxEntries: ENTRIES, mapFlags: trie ? 1 : 0 };
  const key = host.memory.alloc(8, { kind: 'stack', name: 'key' }).offset;
  const value = host.memory.alloc(8, { kind: 'stack', name: 'value' }).offset;
  let map = host.create(attr);
  map.release();
  const made = cpuTime(() => {
    map = host.create(attr);
  });
  const view = host.memory.view();
  const each = (work: () => void) =>
    cpuTime(() => {
      for (let i = 0; i < ENTRIES; i++) {
        view.setUint32(key, trie ? 32 : i, true);
        view.setUint32(key + 4, Math.imul(i, 0x9e37_79b1) >>> 0, true);
        work();
      }
    }) / ENTRIES;
  const update = each(() => map.updateElem(key, value, 0n, 0));
  const lookup = each(() => map.lookupElem(key, 0));
  const released = cpuTime(() => map.release());
  const figures = [
    `made in ${(made / 1e6).toFixed(1)} ms`,
    `update ${update.toFixed(0)} ns`,
    `look-up ${lookup.toFixed(0)} ns`,
    `given back in ${(released / 1e6).toFixed(1)} ms`,
  ];
  console.log(`${name}: ${figures.join(', ')}`);
}
