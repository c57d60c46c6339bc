import { expect, test } from 'vitest';
import { isMapTypeKnown } from '../../../src/kernel/maps/registry.ts';
import { isErrno } from '../../../src/syscall/index.ts';
import { bpf_map_type } from '../../../src/uapi/index.ts';
import { readFacts } from '../../support/facts.ts';
import { recordedBtf, TestMapHost } from '../../support/map-host.ts';

interface Row {
  readonly type: string;
  readonly cells: readonly string[];
  readonly result: number;
}

function readRows(): Map<string, Row[]> {
  const byType = new Map<string, Row[]>();
  for (const [type, ...rest] of readFacts('maps/create.tsv')) {
    const rows = byType.get(type) ?? [];
    const cells = rest.slice(0, 7).map((cell, i) => (cell === '.' ? rows[0].cells[i] : cell));
    rows.push({ type, cells, result: Number(rest[7]) });
    byType.set(type, rows);
  }
  return byType;
}

function typeNumber(name: string): number {
  return bpf_map_type[`BPF_MAP_TYPE_${name}` as keyof typeof bpf_map_type];
}

/** Linux says yes to maps that the test has no wish to make. */
const MEMORY_LIMIT = 0x1000_0000;

const host = new TestMapHost();

function attempt({ type, cells }: Row): number {
  const [keySize, valueSize, maxEntries, mapFlags] = cells.slice(0, 4).map(Number);
  const [inner, extra, btf] = cells.slice(4);
  const [btfKeyTypeId, btfValueTypeId] = btf === '-' ? [0, 0] : btf.split('/').map(Number);
  const [innerType, ...innerShape] = inner.split('/');
  const [k, v, m, f] = innerShape.map(Number);
  const innerMap =
    inner === '-'
      ? undefined
      : host.create({ mapType: typeNumber(innerType), keySize: k, valueSize: v, maxEntries: m, mapFlags: f });
  const map = host.tryCreate(
    {
      mapType: typeNumber(type),
      keySize,
      valueSize,
      maxEntries,
      mapFlags,
      mapExtra: BigInt(extra),
      btfKeyTypeId,
      btfValueTypeId,
    },
    { innerMap, btf: btf === '-' ? undefined : recordedBtf(btfKeyTypeId, btfValueTypeId) },
  );
  innerMap?.release();
  if (isErrno(map)) return map;
  const memlock = map.memlock();
  map.release();
  return memlock;
}

for (const [type, rows] of readRows()) {
  const known = isMapTypeKnown(typeNumber(type));
  test(`${known ? 'creates' : 'refuses'} ${type} maps as Linux does (${rows.length} shapes)`, () => {
    const wrong: string[] = [];
    for (const row of rows) {
      if (row.result > MEMORY_LIMIT) continue;
      const wanted = known ? row.result : -22;
      const got = attempt(row);
      if (got !== wanted) wrong.push(`${type} ${row.cells.join(' ')}: ${got}, Linux ${wanted}`);
    }
    expect(wrong).toEqual([]);
  });
}
