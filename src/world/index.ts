/**
 * Owns: `World`, what the outside does to a kernel: packets arrive, hooks fire, time passes, tasks and devices appear.
 * Does not own: any implementation (kernel/ is one).
 * Reads from: nothing.
 */
export type { HookEvent, HookRun, PacketOutcome, World, WorldDevice, WorldTask } from './world.ts';
