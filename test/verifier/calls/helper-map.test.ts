import { describe, expect, it } from 'vitest';
import { HELPERS } from '../../../src/catalog/helpers.table.ts';
import { helperName } from '../../../src/catalog/index.ts';
import { bpf_func_id, bpf_map_type } from '../../../src/uapi/index.ts';
import { HELPERS_OF_MAP, MAPS_OF_HELPER } from '../../../src/verifier/calls/helper-map.table.ts';

describe('which maps helpers take', () => {
  it('is only said of helpers that take maps', () => {
    for (const id of Object.keys(MAPS_OF_HELPER).map(Number)) {
      const name = (helperName(id) ?? '').replace(/^bpf_/, '');
      expect(HELPERS[name], name).toMatch(/\(.*map/);
    }
  });

  it('is the same from both sides, where both say it', () => {
    for (const [map, helpers] of Object.entries(HELPERS_OF_MAP)) {
      for (const id of helpers) {
        const maps = MAPS_OF_HELPER[id];
        if (maps) expect(maps, `${helperName(id)} and map type ${map}`).toContain(Number(map));
      }
    }
  });

  it('says that program arrays are for tail calls alone', () => {
    expect(HELPERS_OF_MAP[bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY]).toEqual([bpf_func_id.BPF_FUNC_tail_call]);
  });
});
