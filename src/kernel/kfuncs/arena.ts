import { bpf_map_type } from '../../uapi/index.ts';
import type { Execution } from '../../vm/index.ts';
import { u32 } from '../helpers/access.ts';
import { scopeOf } from '../hooks/scope.ts';
import { ArenaMap } from '../maps/arena.ts';
import { ARENA_USER_START } from '../objects/arena-place.ts';
import type { KfuncFamily } from './family.ts';

function arenaOf(exec: Execution, address: bigint): ArenaMap | undefined {
  const map = scopeOf(exec).runtime.state.mapAt(address);
  return map instanceof ArenaMap && map.type === bpf_map_type.BPF_MAP_TYPE_ARENA ? map : undefined;
}

/** The page of a user address, by its low half; -1 where it is none of the arena's. */
function pageOf(arena: ArenaMap, address: bigint): number {
  const start = arena.userStart || ARENA_USER_START;
  const offset = Number(BigInt.asUintN(32, address) - BigInt.asUintN(32, start));
  const page = offset / arena.host.pageSize;
  return Number.isInteger(page) && page >= 0 && page < arena.attr.maxEntries ? page : -1;
}

/** Pages of memory that programs and their process share. */
export const arenaKfuncs: KfuncFamily = {
  bpf_arena_alloc_pages(exec, map, address, count) {
    const arena = arenaOf(exec, map);
    if (!arena || u32(count) === 0) return 0n;
    const at = address === 0n ? undefined : pageOf(arena, address);
    if (at !== undefined && at < 0) return 0n;
    const page = arena.allocate(u32(count), at);
    if (page < 0) return 0n;
    return (arena.userStart || ARENA_USER_START) + BigInt(page * arena.host.pageSize);
  },
  bpf_arena_free_pages(exec, map, address, count) {
    const arena = arenaOf(exec, map);
    const page = arena ? pageOf(arena, address) : -1;
    if (!arena || page < 0) return 0n;
    const pages = Math.min(u32(count), arena.attr.maxEntries - page);
    arena.free(page, pages);
    // What is read of a page that is gone is 0.
    const place = arena.pagePlace(page);
    arena.host.memory.bytes().fill(0, place, place + pages * arena.host.pageSize);
    return 0n;
  },
  bpf_arena_reserve_pages: () => 0n,
};
