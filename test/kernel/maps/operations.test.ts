import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BpfMap } from '../../../src/kernel/maps/map.ts';
import type { Errno } from '../../../src/syscall/index.ts';
import { bpf_map_type } from '../../../src/uapi/index.ts';
import { recordedBtf, TestMapHost } from '../../support/map-host.ts';

const NONE = '-';

function bytes(hex: string): Uint8Array {
  return hex === NONE ? new Uint8Array() : Uint8Array.from(Buffer.from(hex, 'hex'));
}

function show(result: Uint8Array | Errno): string {
  return typeof result === 'number' ? String(result) : Buffer.from(result).toString('hex') || NONE;
}

/** The value that a line stands for: its four bytes over and over. */
function repeat(part: Uint8Array, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => part[i % part.length]);
}

function allKeys(map: BpfMap): string {
  const keys: string[] = [];
  let result = map.sysGetNextKey(undefined);
  while (typeof result !== 'number' && keys.length < 40) {
    keys.push(show(result));
    result = keys.length < 40 ? map.sysGetNextKey(result) : 0;
  }
  return `${keys.join(',') || NONE}\t${typeof result === 'number' ? result : 0}`;
}

/** Runs one recorded line. @returns what it answered */
function run(host: TestMapHost, map: BpfMap, cells: readonly string[]): string {
  const [operation, first, second, third] = cells;
  switch (operation) {
    case 'u':
      return String(map.sysUpdate(bytes(first), repeat(bytes(second), map.sysValueSize), BigInt(third), host));
    case 'p':
      return String(map.sysUpdate(bytes(NONE), bytes(first), BigInt(second), host));
    case 'b': {
      const result = map.sysLookup(bytes(NONE), 0n, { value: bytes(first) });
      return typeof result === 'number' ? String(result) : '0';
    }
    case 'l':
      return show(map.sysLookup(bytes(first), BigInt(second)));
    case 't':
      return show(map.sysLookupAndDelete(bytes(first), BigInt(second)));
    case 'd':
      return String(map.sysDelete(bytes(first)));
    case 'n':
      return show(map.sysGetNextKey(first === NONE ? undefined : bytes(first)));
    case 'i':
      return allKeys(map);
    default:
      return String(map.memlock());
  }
}

/** Cells of a line before its result. */
const ARGUMENTS: Record<string, number> = { u: 4, p: 3, b: 2, l: 3, t: 3, d: 2, n: 2, i: 1, m: 1 };

const sections = readFileSync(new URL('../../data/maps/operations.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .join('\n')
  .split(/^map\t/m)
  .filter((section) => section !== '');

for (const [i, section] of sections.entries()) {
  const [head, ...lines] = section.trim().split('\n');
  const [type, ...shape] = head.split('\t');
  test(`answers ${lines.length} operations as Linux does: ${type} ${shape.join(' ')} (${i})`, () => {
    const host = new TestMapHost();
    const [keySize, valueSize, maxEntries, mapFlags] = shape.slice(0, 4).map(Number);
    const [btfKeyTypeId, btfValueTypeId] = shape[5] === NONE ? [0, 0] : shape[5].split('/').map(Number);
    const mapType = bpf_map_type[`BPF_MAP_TYPE_${type}` as keyof typeof bpf_map_type];
    const map = host.create(
      { mapType, keySize, valueSize, maxEntries, mapFlags, mapExtra: BigInt(shape[4]), btfKeyTypeId, btfValueTypeId },
      { btf: btfKeyTypeId ? recordedBtf(btfKeyTypeId, btfValueTypeId) : undefined },
    );
    for (const [number, line] of lines.entries()) {
      const cells = line.split('\t');
      const wanted = cells.slice(ARGUMENTS[cells[0]]).join('\t');
      expect(`${number} ${line}: ${run(host, map, cells)}`).toBe(`${number} ${line}: ${wanted}`);
    }
  });
}
