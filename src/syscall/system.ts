import type { KernelFiles } from './files.ts';
import type { LinkCommands } from './link.ts';
import type { MapCommands } from './map.ts';
import type { MapMemory } from './memory.ts';
import type { Cgroups, NetDevices } from './net.ts';
import type { ObjectCommands } from './object.ts';
import type { PerfEvents } from './perf.ts';
import type { ProgCommands } from './prog.ts';

/**
 * The waist: what one process may ask of a kernel. Calls are synchronous as system calls are; what waits is async.
 * Failures are negative errno values; nothing here throws for them.
 */
export interface System
  extends MapCommands,
    ProgCommands,
    ObjectCommands,
    LinkCommands,
    MapMemory,
    PerfEvents,
    KernelFiles,
    NetDevices,
    Cgroups {}
