import type { ArenaPlace } from '../../vm/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import { ArenaMap } from '../maps/arena.ts';
import type { BpfMap } from '../maps/map.ts';

/** Where processes see an arena whose creator did not say. */
export const ARENA_USER_START = 0x0000_7e00_0000_0000n;

/** The arena among a program's maps. */
export function arenaPlace(maps: readonly BpfMap[]): ArenaPlace | undefined {
  const arena = maps.find((map) => map instanceof ArenaMap);
  if (!(arena instanceof ArenaMap)) return undefined;
  return {
    userStart: arena.userStart || ARENA_USER_START,
    kernelStart: kernelAddress(arena.pagePlace(0)),
    size: arena.attr.maxEntries * arena.host.pageSize,
  };
}
