import type { HelperFunction } from '../../vm/index.ts';
import { arenaKfuncs } from './arena.ts';
import { cpumaskKfuncs } from './cpumask.ts';
import { dynptrKfuncs } from './dynptr.ts';
import type { KfuncFamily } from './family.ts';
import { iterKfuncs } from './iter.ts';
import { listKfuncs } from './list.ts';
import { objectKfuncs } from './object.ts';
import { rbtreeKfuncs } from './rbtree.ts';
import { taskKfuncs } from './task.ts';
import { tcpKfuncs } from './tcp.ts';

const families: readonly KfuncFamily[] = [
  arenaKfuncs,
  cpumaskKfuncs,
  dynptrKfuncs,
  iterKfuncs,
  listKfuncs,
  objectKfuncs,
  rbtreeKfuncs,
  taskKfuncs,
  tcpKfuncs,
];

/** Every kernel function that programs can call here, by its name. */
export const kfuncs: ReadonlyMap<string, HelperFunction> = new Map(
  families.flatMap((family) => Object.entries(family)),
);
