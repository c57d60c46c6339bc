import { ByteReader } from '../../base/index.ts';
import type { BtfFunc } from '../../btf/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../uapi/index.ts';
import type { VerifiedTarget, VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { declTagsOf } from '../types/decl-tags.ts';
import { globalArguments } from '../types/global-function.ts';
import { checkSameType } from './same-type.ts';

const p = bpf_prog_type;
const a = bpf_attach_type;
const TRACERS: readonly number[] = [a.BPF_TRACE_FENTRY, a.BPF_TRACE_FEXIT];
const CALLBACK = 'exception_callback:';

/** A function of another program: it has to be there, and to be what its types say. */
export function checkProgramTarget(options: VerifyOptions, target: VerifiedTarget): Refusal | undefined {
  const { btf, typeId } = target;
  const program = target.program!;
  const isExtension = options.progType === p.BPF_PROG_TYPE_EXT;
  const fn = btf.typeById(typeId);
  const subprogram = subprogramOf(target);
  if (subprogram < 0) return invalid(`Subprog ${fn.name} doesn't exist`);
  if (fn.kind === 'FUNC' && isExceptionCallback(target, fn)) {
    return invalid(`${isExtension ? 'Extension' : 'FENTRY/FEXIT'} programs cannot attach to exception callback`);
  }
  if (!isExtension) {
    const nested = program.progType === p.BPF_PROG_TYPE_TRACING;
    return nested ? invalid('Cannot nest tracing program attach more than once') : undefined;
  }
  if (fn.kind === 'FUNC' && !isReliable(options, target, fn)) return invalid('Cannot replace static functions');
  if (program.progType === p.BPF_PROG_TYPE_EXT) return invalid('Cannot recursively attach');
  const isTracer = program.progType === p.BPF_PROG_TYPE_TRACING && TRACERS.includes(program.expectedAttachType);
  if (isTracer) return invalid('Cannot extend fentry/fexit');
  return fn.kind === 'FUNC' ? checkSameType(options, target, fn) : undefined;
}

/** The number of the function among the program's; -1 where it is none of them. */
function subprogramOf({ btf, typeId, program }: VerifiedTarget): number {
  const records = program?.funcInfo;
  if (!records || records.size < 8) return -1;
  const reader = new ByteReader(records.bytes, btf.endian);
  for (let at = 0; at + records.size <= records.bytes.length; at += records.size) {
    if (reader.u32(at + 4) === typeId) return at / records.size;
  }
  return -1;
}

function isExceptionCallback({ btf, program }: VerifiedTarget, { name }: BtfFunc): boolean {
  const records = program?.funcInfo;
  if (!records) return false;
  const main = new ByteReader(records.bytes, btf.endian).u32(4);
  return declTagsOf(btf, main, -1).includes(CALLBACK + name);
}

/** Whether the kernel holds the function to its types: global ones, and a main function that takes the context. */
function isReliable(options: VerifyOptions, target: VerifiedTarget, fn: BtfFunc): boolean {
  if (subprogramOf(target) > 0) return fn.linkage === 'global';
  const { progType, expectedAttachType } = target.program!;
  const found = globalArguments(
    { ...options, btf: target.btf, progType, expectedAttachType },
    { ...fn, id: target.typeId },
  );
  return !('errno' in found) && found.length === 1 && found[0].kind === 'ctx';
}
