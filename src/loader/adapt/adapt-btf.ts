import type { RelocatedObject, RelocatedProgram } from '../../relo/index.ts';
import { type Fd, isErrno, type System } from '../../syscall/index.ts';
import { errSyscall } from '../errors.ts';
import { KernelFeatures } from '../features/kernel-features.ts';
import { fixContextArguments, taggedArguments } from './context-arguments.ts';
import { sanitizeBtf } from './sanitize-btf.ts';

/** An object's types in the kernel. */
export interface LoadedBtf {
  /** Undefined where the object has none or the kernel takes none. */
  readonly fd: Fd | undefined;
  /** Whether the kernel takes `func_info` and `line_info`. */
  readonly takesInfo: boolean;
  /** `func_info` of programs whose functions were described anew. */
  readonly funcInfo: ReadonlyMap<RelocatedProgram, Uint8Array>;
}

const NONE: ReadonlyMap<RelocatedProgram, Uint8Array> = new Map();

/**
 * Loads the object's own types, as far as the kernel knows their kinds: those that it does not know are written in older
 * ones. A kernel that refuses them all the same still takes programs and maps, as long as none needs them.
 * @throws {SyscallError} where a struct_ops map needs them
 */
export function loadBtf(system: System, relocated: RelocatedObject): LoadedBtf {
  const { object, programs } = relocated;
  const { btf, btfBytes } = object;
  if (btf === undefined || btfBytes === undefined) return { fd: undefined, takesInfo: false, funcInfo: NONE };
  const features = KernelFeatures.of(system);
  const tagged = taggedArguments(btf);
  const needsFix = tagged.length > 0 && !features.has('arg_ctx_tag') && features.has('btf_func');
  const fixed = needsFix ? fixContextArguments(btf, programs, tagged) : undefined;
  const funcInfo = fixed?.funcInfo ?? NONE;
  let fd = system.btfLoad({ btf: fixed?.bytes ?? btfBytes });
  if (!isErrno(fd)) return { fd, takesInfo: true, funcInfo };
  if (features.has('btf')) {
    const older = sanitizeBtf(fixed?.btf ?? btf, (feature) => !features.has(feature));
    if (older !== undefined) fd = system.btfLoad({ btf: older });
    if (!isErrno(fd)) return { fd, takesInfo: features.has('btf_func'), funcInfo };
  }
  if (object.maps.some((map) => map.structOps !== undefined)) throw errSyscall('BPF_BTF_LOAD', object.name, fd);
  return { fd: undefined, takesInfo: false, funcInfo: NONE };
}
