import { expect, test } from 'vitest';
import type { BpfMap } from '../../../src/kernel/maps/map.ts';
import { bpf_flags, bpf_map_type } from '../../../src/uapi/index.ts';
import { readFacts } from '../../support/facts.ts';
import { TestMapHost } from '../../support/map-host.ts';

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

function keysOf(map: BpfMap): number[] {
  const keys: number[] = [];
  for (let key = map.sysGetNextKey(undefined); typeof key !== 'number'; key = map.sysGetNextKey(key)) {
    keys.push(key[0] | (key[1] << 8));
  }
  return keys.sort((a, b) => a - b);
}

for (const [type, entries, flags, runs, last] of readFacts('maps/lru.tsv')) {
  test(`holds as many elements as Linux: ${type} of ${entries}, flags ${flags}`, () => {
    const host = new TestMapHost();
    const mapType = bpf_map_type[`BPF_MAP_TYPE_${type}` as keyof typeof bpf_map_type];
    const map = host.create({
      mapType,
      keySize: 4,
      valueSize: 8,
      maxEntries: Number(entries),
      mapFlags: Number(flags),
    });
    const value = new Uint8Array(map.sysValueSize);
    let next = 0;
    for (const [i, run] of runs.split(' ').entries()) {
      const [what, count] = run.split(':');
      if (what.startsWith('D')) map.sysDelete(u32(Number(what.slice(1))));
      else map.sysUpdate(u32(what === '+' ? next++ : Number(what.slice(1))), value, 0n, host);
      expect(`${i} ${what}:${keysOf(map).length}`).toBe(`${i} ${what}:${count}`);
    }
    if (!(Number(flags) & bpf_flags.BPF_F_NO_COMMON_LRU)) expect(keysOf(map).join(',')).toBe(last);
  });
}
