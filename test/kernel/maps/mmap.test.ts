import { expect, test } from 'vitest';
import { isErrno } from '../../../src/syscall/index.ts';
import { bpf_map_type } from '../../../src/uapi/index.ts';
import { readFacts } from '../../support/facts.ts';
import { TestMapHost } from '../../support/map-host.ts';

const host = new TestMapHost();

test('maps what Linux maps, and refuses the rest as it does', () => {
  for (const cells of readFacts('maps/mmap.tsv')) {
    const [keySize, valueSize, maxEntries, mapFlags, frozen, offset, length] = cells.slice(1, 8).map(Number);
    const mapType = bpf_map_type[`BPF_MAP_TYPE_${cells[0]}` as keyof typeof bpf_map_type];
    const map = host.create({ mapType, keySize, valueSize, maxEntries, mapFlags });
    map.frozen = frozen === 1;
    const answers = [false, true].map((write) => {
      const range = map.mmapRange(offset, length, write);
      return isErrno(range) ? range : 0;
    });
    map.release();
    expect([...cells.slice(0, 8), ...answers].join(' ')).toBe(cells.join(' '));
  }
});
