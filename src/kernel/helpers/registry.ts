import { bpf_func_id } from '../../uapi/index.ts';
import type { HelperFunction } from '../../vm/index.ts';
import type { HelperFamily } from './family.ts';
import { mapHelpers } from './map.ts';
import { printHelpers } from './print.ts';
import { probeHelpers } from './probe.ts';
import { taskHelpers } from './task.ts';
import { timeHelpers } from './time.ts';

const families: readonly HelperFamily[] = [mapHelpers, timeHelpers, taskHelpers, probeHelpers, printHelpers];

/** Every helper that there is, by its number. */
export const helpers: ReadonlyMap<number, HelperFunction> = new Map(
  families.flatMap((family) =>
    Object.entries(family).map(([name, helper]) => [bpf_func_id[name as keyof typeof bpf_func_id], helper] as const),
  ),
);
