import type { Btf } from '../../btf/index.ts';
import type { Insns } from '../../isa/index.ts';
import type { ProgLoadAttr } from '../../syscall/index.ts';
import { bpf_flags, bpf_prog_flags, errno } from '../../uapi/index.ts';
import {
  type CheckResult,
  checkAttachTarget,
  checkProgram,
  type DebugRecords,
  type KernelTypes,
  subprogramsOf,
  type VerifiedTarget,
  type VerifyOptions,
  verifyProgram,
} from '../../verifier/index.ts';
import type { BpfMap } from '../maps/map.ts';
import { exceptionCallbackOf } from '../objects/exception-callback.ts';
import { type Caller, idOfFd } from '../process/caller.ts';
import { GPL_COMPATIBLE } from './attach-rules.table.ts';
import { capabilitiesOf } from './privilege.ts';
import type { AttachTarget } from './prog-attr.ts';
import { checkDebugInfo } from './prog-debug-info.ts';
import type { Refusal } from './refusal.ts';

/** A program on its way through the checks. */
export interface Checking {
  readonly attr: ProgLoadAttr;
  readonly insns: Insns;
  /** The BTF of the debug records; 0: none. */
  readonly btfId: number;
  readonly target: AttachTarget;
}

/** The verifier's answer, as far as the kernel was told to ask for it. */
export function checkCode(caller: Caller, checking: Checking): CheckResult<BpfMap> {
  const options = verifyOptions(caller, checking);
  if (caller.state.verify !== 'full') return checkStructure(options);
  const { watch } = caller.state;
  const result = watch ? watch.verify(options) : verifyProgram<BpfMap>(options);
  caller.state.verified?.(result);
  if (result.verdict === 'rejected' && checking.attr.log) checking.attr.log.report = result.report;
  return result;
}

function checkStructure(options: VerifyOptions<BpfMap>): CheckResult<BpfMap> {
  const refusal = checkAttachTarget(options);
  if (!refusal) return checkProgram<BpfMap>(options);
  const log = refusal.text === '' ? '' : `${refusal.text}\n`;
  return { verdict: 'rejected', errno: -refusal.errno, log: log + NOTHING_PROCESSED };
}

/** What the verifier's log ends with, where it has not looked at any path. */
export const NOTHING_PROCESSED =
  'processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n';

/** Debug records are looked at once it is known where subprograms begin, before anything else of the program is. */
export function checkRecords({ state }: Caller, { attr, insns, btfId }: Checking): Refusal | undefined {
  if (btfId === 0) return undefined;
  const btf = state.btfs.expect(btfId).types();
  const subprograms = subprogramsOf(insns, exceptionCallback(attr, btf));
  return subprograms && checkDebugInfo(attr, { btf, insns, subprograms });
}

function exceptionCallback(attr: ProgLoadAttr, btf: Btf): number | undefined {
  const funcInfo = records(attr.funcInfo, attr.funcInfoRecSize);
  return exceptionCallbackOf(btf, funcInfo ?? { bytes: new Uint8Array(), size: 0 });
}

function verifyOptions(caller: Caller, { attr, insns, target, btfId }: Checking): VerifyOptions<BpfMap> {
  const { state, services } = caller;
  const context = {
    type: attr.progType,
    expectedAttachType: target.expectedAttachType,
    attachBtfId: target.btfId,
    attachBtfObjId: target.btf?.id ?? 0,
  };
  const btf = btfId === 0 ? undefined : state.btfs.expect(btfId).types();
  const funcInfo = records(attr.funcInfo, attr.funcInfoRecSize);
  return {
    insns,
    progType: attr.progType,
    exceptionCallback: btf && exceptionCallback(attr, btf),
    map(fd, index) {
      const named = index ? attr.fdArray?.[fd] : fd;
      if (named === undefined) return -errno.EINVAL;
      const id = idOfFd(caller, 'map', named);
      return id < 0 ? id : state.maps.expect(id);
    },
    contextPointer: (offset, size) => services.contextPointer(state, context, offset, size),
    constantAt: (map, offset, size) => constantAt(state, { map, offset, size }),
    name: attr.progName ?? '',
    expectedAttachType: target.expectedAttachType,
    flags: attr.progFlags ?? 0,
    gplCompatible: GPL_COMPATIBLE.includes(attr.license),
    profile: state.profile,
    capabilities: capabilitiesOf(caller),
    logLevel: attr.log?.level ?? 0,
    btf,
    funcInfo,
    lineInfo: records(attr.lineInfo, attr.lineInfoRecSize),
    attachTypeId: target.btfId,
    attachTarget: attachTargetOf(caller, target),
    vmlinux: () => state.btf(),
    moduleBtf: (index) => moduleBtf(caller, attr, index),
    btfByFd: (fd) => kernelTypesOf(caller, fd),
    modules: () => [...moduleTypes(caller)],
    btfById: (id) => (state.btfs.has(id) ? state.btfs.expect(id).types() : undefined),
    symbol: (name) => state.symbols().address(name),
  };
}

function records(bytes: Uint8Array | undefined, size: number | undefined): DebugRecords | undefined {
  return bytes?.length && size ? { bytes, size } : undefined;
}

function attachTargetOf({ state }: Caller, { btfId, btf, prog }: AttachTarget): VerifiedTarget | undefined {
  if (btfId === 0) return undefined;
  if (!prog) return btf && { typeId: btfId, btf: btf.types() };
  const types: Btf | undefined = prog.header.btfId === 0 ? undefined : state.btfs.expect(prog.header.btfId).types();
  if (!types) return undefined;
  const { type, expectedAttachType, name, flags, funcInfoRecSize } = prog.header;
  const program = {
    progType: type,
    expectedAttachType,
    name,
    funcInfo: records(prog.code().funcInfo, funcInfoRecSize),
    sleepable: (flags & bpf_prog_flags.BPF_F_SLEEPABLE) !== 0,
  };
  return { typeId: btfId, btf: types, program };
}

function moduleBtf(caller: Caller, attr: ProgLoadAttr, index: number): KernelTypes | undefined {
  const fd = attr.fdArray?.[index];
  const id = fd === undefined ? -errno.EBADF : idOfFd(caller, 'btf', fd);
  if (id < 0) return undefined;
  const object = caller.state.btfs.expect(id);
  return { name: object.name, btf: object.types() };
}

function kernelTypesOf(caller: Caller, fd: number): Btf | undefined {
  const id = idOfFd(caller, 'btf', fd);
  if (id < 0) return undefined;
  const object = caller.state.btfs.expect(id);
  return object.kernelBtf ? object.types() : undefined;
}

function* moduleTypes({ state }: Caller): Generator<KernelTypes> {
  for (const id of state.btfs.ids()) {
    const object = state.btfs.expect(id);
    if (object.kernelBtf && object.name !== 'vmlinux') yield { name: object.name, btf: object.types() };
  }
}

/** A load from a value that nobody can change any more. */
function constantAt(
  state: Caller['state'],
  { map, offset, size }: { readonly map: BpfMap; readonly offset: number; readonly size: number },
): bigint | undefined {
  if (!map.frozen || !(map.flags & bpf_flags.BPF_F_RDONLY_PROG)) return undefined;
  if (offset < 0 || offset + size > map.attr.valueSize) return undefined;
  const at = map.directValueOffset(offset);
  if (at < 0) return undefined;
  state.memory.touch(at, size);
  const view = state.memory.view();
  const little = state.endian === 'little';
  switch (size) {
    case 1:
      return BigInt(view.getUint8(at));
    case 2:
      return BigInt(view.getUint16(at, little));
    case 4:
      return BigInt(view.getUint32(at, little));
    default:
      return view.getBigUint64(at, little);
  }
}
