/**
 * Owns: `System`, what a process may ask of a kernel, as small interfaces: bpf(2) with its attributes and info records,
 * memory of maps and rings, perf events, the kernel's files, network devices, cgroups.
 * Does not own: any implementation (kernel/ is one).
 * Reads from: base, uapi, isa.
 */
export { CAPABILITIES, type Capability } from './capability.ts';
export type { Errno, Fd } from './errno.ts';
export { errnoName, isErrno } from './errno.ts';
export type { DirectoryEntry, KernelFiles, MachineFacts } from './files.ts';
export type { LinkAttachInfo, LinkCommands, LinkCreateAttr, LinkInfo, PerfEventInfo } from './link.ts';
export type { MapBatch, MapCommands, MapCreateAttr, MapInfo } from './map.ts';
export type { MapMemory, MappedMemory } from './memory.ts';
export type { Cgroups, NetDevice, NetDevices } from './net.ts';
export type { BtfInfo, BtfLoadAttr, ObjectCommands, ObjectInfo, ObjectKind } from './object.ts';
export type { PerfEventAttr, PerfEvents } from './perf.ts';
export type {
  LogBuffer,
  ProgAttachAttr,
  ProgCommands,
  ProgInfo,
  ProgLoadAttr,
  ProgTestRunAttr,
  ProgTestRunResult,
} from './prog.ts';
export type { System } from './system.ts';
