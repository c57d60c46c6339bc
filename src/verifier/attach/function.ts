import type { BtfFunc } from '../../btf/index.ts';
import { lsmHook, tracedFunction } from '../../catalog/index.ts';
import { bpf_attach_type, bpf_prog_flags, bpf_prog_type, errno } from '../../uapi/index.ts';
import type { VerifiedTarget, VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { checkFunctionModel } from './function-model.ts';
import { checkProgramTarget } from './program.ts';

const p = bpf_prog_type;
const a = bpf_attach_type;

/** A function of the kernel, or of another program, that the program traces, replaces, or whose hook it is on. */
export function checkFunction(options: VerifyOptions, target: VerifiedTarget): Refusal | undefined {
  const { btf, typeId, program } = target;
  const isExtension = options.progType === p.BPF_PROG_TYPE_EXT;
  if (isExtension && !program) return invalid('Cannot replace kernel functions');
  const wrongProgram = program && checkProgramTarget(options, target);
  if (wrongProgram) return wrongProgram;
  const fn = btf.typeById(typeId);
  if (fn.kind !== 'FUNC') return invalid(`attach_btf_id ${typeId} is not a function`);
  const unfit = checkFunctionModel(btf, fn);
  if (unfit) return unfit;
  if (program) {
    const modifies = options.expectedAttachType === a.BPF_MODIFY_RETURN && !isExtension;
    return modifies ? invalid("can't modify return codes of BPF programs") : undefined;
  }
  if (options.symbol && options.symbol(fn.name) === undefined) {
    return { errno: errno.ENOENT, text: `The address of function ${fn.name} cannot be found` };
  }
  return (
    checkSleep(options, fn) ??
    (options.progType === p.BPF_PROG_TYPE_LSM ? checkHook(options, fn) : checkTraced(options, fn))
  );
}

function checkSleep({ flags, progType, expectedAttachType }: VerifyOptions, { name }: BtfFunc): Refusal | undefined {
  if (flags & bpf_prog_flags.BPF_F_SLEEPABLE) {
    const { sleepable } = (progType === p.BPF_PROG_TYPE_LSM ? lsmHook(name) : tracedFunction(name)) ?? {};
    return sleepable ? undefined : invalid(`${name} is not sleepable`);
  }
  if (expectedAttachType !== a.BPF_MODIFY_RETURN || tracedFunction(name).modifiable) return undefined;
  return invalid(`${name}() is not modifiable`);
}

function checkHook({ gplCompatible, attachTypeId }: VerifyOptions, { name }: BtfFunc): Refusal | undefined {
  if (!gplCompatible) return invalid('LSM programs must have a GPL compatible license');
  const hook = lsmHook(name);
  if (!hook) return invalid(`attach_btf_id ${attachTypeId} points to wrong type name ${name}`);
  return hook.disabled ? invalid(`attach_btf_id ${attachTypeId} points to disabled hook ${name}`) : undefined;
}

function checkTraced({ expectedAttachType }: VerifyOptions, { name }: BtfFunc): Refusal | undefined {
  const { traced, returns } = tracedFunction(name);
  if (!traced) return invalid(`Attaching tracing programs to function '${name}' is rejected.`);
  if (returns || expectedAttachType === a.BPF_TRACE_FENTRY) return undefined;
  return invalid(`Attaching fexit/fmod_ret to __noreturn function '${name}' is rejected.`);
}
