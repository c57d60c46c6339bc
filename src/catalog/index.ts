/**
 * Owns: what Linux offers, as data: program types, attach types, `SEC()` names, map types, helper and kfunc prototypes,
 * context fields, each with the version that it is there since; `KernelProfile`.
 * Does not own: behaviour.
 * Reads from: base, uapi.
 */

export { iteratorArgument, nullableArguments } from './arguments.ts';
export { lsmHook, operationRule, tracedFunction } from './attach-targets.ts';
export type { ContextField, ContextOp, ContextStruct } from './context.ts';
export { contextFieldAt } from './context.ts';
export type { ContextPointer } from './context-access.table.ts';
export type { SocketKind } from './context-access.ts';
export { contextAccess, hasContextFields, isSocketAccess } from './context-access.ts';
export { sockContext, tcpSockContext, xdpSockContext } from './context-skb.table.ts';
export { contextOfProgType } from './contexts.ts';
export { defaultConfig } from './default-config.table.ts';
export type { KernelFeature } from './features.table.ts';
export type { HelperArg, HelperArgKind, HelperPrototype, HelperReturn } from './helper-prototype.ts';
export type { KfuncFlags } from './kfuncs.ts';
export { kfuncFlags } from './kfuncs.ts';
export { attachTypeNames, linkTypeNames, mapTypeNames, progTypeNames } from './names.table.ts';
export { helperName } from './names.ts';
export { parseKernelConfig } from './parse-config.ts';
export type { KernelProfile } from './profile.ts';
export type { HelperUser } from './prototype-of.ts';
export { helperPrototype } from './prototype-of.ts';
export { PUBLIC_STRUCTS } from './public-structs.table.ts';
export type { SecDef } from './sec.table.ts';
export { LATER_ATTACH_TYPES, SEC_DEFS } from './sec.table.ts';
export { findSec, secTarget } from './sec.ts';
export type { SinceKind, SinceRow } from './since.ts';
export {
  hasFeature,
  hasHelper,
  lackOf,
  lackOfFeature,
  lackOfFlags,
  lackOfHelper,
  lackOfType,
  sinceRows,
  sinceText,
} from './since.ts';
export type { KernelSwitches } from './switches.ts';
export { kernelSwitches, switchVersions } from './switches.ts';
export { kernelVersions, versionAtLeast } from './version.ts';
