import type { ContextStruct } from '../../catalog/index.ts';
import { helperName, sockContext, tcpSockContext, xdpSockContext } from '../../catalog/index.ts';
import type { Insn, InsnFacts, Insns, PointerClass } from '../../isa/index.ts';
import {
  accessBytes,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_EXIT,
  BPF_JEQ,
  BPF_JMP,
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_MEM,
  BPF_MEMSX,
  BPF_PROBE_ATOMIC,
  BPF_PROBE_MEM,
  BPF_PROBE_MEM32,
  BPF_PROBE_MEM32SX,
  BPF_PROBE_MEMSX,
  BPF_ST,
  BPF_STX,
  insnClass,
  insnMode,
  insnSize,
} from '../../isa/index.ts';
import { bpf_func_id, bpf_prog_type, bpf_pseudo, bpf_pseudo_call, errno } from '../../uapi/index.ts';
import type { Translated, TranslateRefusal, TranslateRequest } from '../core/services.ts';
import type { KernelState } from '../core/state.ts';
import type { KernelLayout } from '../layout/layout.ts';
import { rewriteContextAccess } from './context-access.ts';
import { contextStructOf } from './context-of.ts';
import { deadCode, hardWire, trapDeadCode } from './dead-code.ts';
import { alu32, aluReg, jump, load } from './emit.ts';
import { inline } from './inline.ts';
import { fillMapStruct } from './map-struct.ts';
import { patchProgram } from './patch.ts';

/** Where programs that read tstamp_type find it. */
const TSTAMP_TYPE_OFFSET = 180;

/**
 * The program in the form that runs and that `dump xlated` prints: context accesses as loads of the kernel's objects,
 * loads through BTF pointers that yield 0 where Linux lets them fault, addresses of kernel symbols, no unreachable code.
 *
 * DEVIATION: calls of helpers keep their number (Linux puts the distance to its function); look-ups but in arrays, clocks
 * and `bpf_loop` stay calls (Linux inlines some), `may_goto` and BPF_LD_ABS stay as they are (Linux puts instructions or
 * calls of its own there). Nothing stands there against guesses of a processor (Linux puts barriers and masks into what
 * loaders without CAP_PERFMON bring): neither engine guesses.
 *
 * @returns a refusal where a call leads nowhere, or a context has no such field on this kernel
 */
export function translateProgram(tools: TranslateTools, request: TranslateRequest): Translated | TranslateRefusal {
  const { facts } = request;
  const { state, layout } = tools;
  if (!state.structs()) return { errno: -errno.EINVAL, log: 'not supported yet: programs on a kernel without BTF\n' };
  const unknown = unknownCall(tools, request);
  if (unknown) return unknown;
  let failed: TranslateRefusal | undefined;
  const rewrites = rewritesOf(state, layout, request);
  if (facts.insns.some((fact) => fact?.base === 'map')) {
    for (const map of facts.maps) fillMapStruct(state, layout(), map);
  }
  const insns = request.insns.slice();
  const removed = request.privileged ? withoutDeadCode(insns, facts.reached) : new Uint8Array(insns.length);
  if (!request.privileged) trapDeadCode(insns, facts.reached);
  const patched = patchProgram(
    insns,
    (i) => {
      if (removed[i]) return [];
      const insn = insns.get(i);
      const fact = facts.insns[i];
      if (insn.code === BPF_LD_IMM64) return kernelSymbol(state, request, i);
      const inlined = inline(state, request, i);
      if (inlined) return inlined;
      const list = fact && rewriteAccess(insn, fact, rewrites);
      if (list === NO_FIELD) failed ??= noField(insn, fact);
      return list === NO_FIELD ? undefined : list;
    },
    prologueOf(tools, request),
  );
  if (failed) return failed;
  if (!patched) return { errno: -errno.ERANGE, log: 'a jump of the translated program is too far\n' };
  const alive = facts.subprograms.filter((start) => facts.reached[start]);
  const subprograms = alive.map((start) => (start === 0 ? 0 : patched.starts[start]));
  return { insns: patched.insns, subprograms, starts: patched.starts };
}

/** Wires conditions that are always or never true. @returns which instructions go */
function withoutDeadCode(insns: Insns, reached: Uint8Array): Uint8Array {
  hardWire(insns, reached);
  return deadCode(insns, reached);
}

/** What translation needs of the kernel. */
export interface TranslateTools {
  readonly state: KernelState;
  layout(): KernelLayout;
  readonly helpers: ReadonlyMap<number, unknown>;
  readonly kfuncs: ReadonlyMap<string, unknown>;
}

/** In place of instructions: the context has no such field. */
const NO_FIELD = 'no field';

function noField(insn: Insn, fact: InsnFacts | undefined): TranslateRefusal {
  const at = fact?.contextOffset ?? insn.off;
  return { errno: -errno.EACCES, log: `invalid bpf_context access off=${at} size=${accessBytes(insn.code)}\n` };
}

/** Refuses a program that calls what is not there. */
function unknownCall(
  { state, helpers, kfuncs }: TranslateTools,
  { insns, facts }: TranslateRequest,
): TranslateRefusal | undefined {
  for (let i = 0; i < insns.length; i++) {
    if (insns.code(i) !== (BPF_JMP | BPF_CALL) || !facts.reached[i]) continue;
    const id = insns.imm(i);
    if (insns.src(i) === 0 && !helpers.has(id) && id !== bpf_func_id.BPF_FUNC_tail_call) {
      const name = helperName(id);
      if (name === undefined) return { errno: -errno.EINVAL, log: `invalid func unknown#${id}\n` };
      return { errno: -errno.EINVAL, log: `not supported yet: helper ${name}#${id}\n` };
    }
    if (insns.src(i) !== bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL) continue;
    const btf = state.btf();
    const name = btf?.has(id) ? btf.nameOf(id) : undefined;
    if (name === undefined) return { errno: -errno.EINVAL, log: `kernel btf_id ${id} is not a function\n` };
    if (!kfuncs.has(name)) return { errno: -errno.EINVAL, log: `not supported yet: kernel function ${name}\n` };
  }
  return undefined;
}

type Rewrite = (insn: Insn, offset: number) => Insn[] | undefined;

/** How accesses through pointers of a class are rewritten. */
type Rewrites = Partial<Record<PointerClass, Rewrite>>;

function rewritesOf(state: KernelState, layout: () => KernelLayout, request: TranslateRequest): Rewrites {
  const knowsTimestampType = request.facts.insns.some(
    (fact) => fact?.base === 'context' && fact.contextOffset === TSTAMP_TYPE_OFFSET,
  );
  const rewriteOf =
    (context: ContextStruct): Rewrite =>
    (insn, offset) =>
      rewriteContextAccess({ context, layout: layout(), profile: state.profile, knowsTimestampType }, insn, offset);
  const context = contextStructOf(request);
  return {
    socket: rewriteOf(sockContext),
    tcp_sock: rewriteOf(tcpSockContext),
    xdp_sock: rewriteOf(xdpSockContext),
    ...(context && { context: rewriteOf(context) }),
  };
}

function isAccess(insn: Insn): boolean {
  const cls = insnClass(insn.code);
  const mode = insnMode(insn.code);
  if (cls === BPF_STX && mode === BPF_ATOMIC) return true;
  return (cls === BPF_LDX || cls === BPF_ST || cls === BPF_STX) && (mode === BPF_MEM || mode === BPF_MEMSX);
}

/** What stands for a load or store, by what its address is; undefined keeps it. */
function rewriteAccess(insn: Insn, fact: InsnFacts, rewrites: Rewrites): Insn[] | typeof NO_FIELD | undefined {
  if (!isAccess(insn) || fact.base === undefined) return undefined;
  const atomic = insnMode(insn.code) === BPF_ATOMIC;
  const rewrite = rewrites[fact.base];
  if (rewrite && !atomic) {
    const { contextOffset } = fact;
    return (contextOffset === undefined ? undefined : rewrite(insn, contextOffset)) ?? NO_FIELD;
  }
  if (fact.base === 'arena') return [withMode(insn, arenaMode(insnMode(insn.code)))];
  if ((fact.base === 'btf' || fact.base === 'map') && insnClass(insn.code) === BPF_LDX) return [probing(insn)];
  return undefined;
}

/** The mode of an access to an arena that has this one to other memory. */
function arenaMode(mode: number): number {
  switch (mode) {
    case BPF_ATOMIC:
      return BPF_PROBE_ATOMIC;
    case BPF_MEMSX:
      return BPF_PROBE_MEM32SX;
    default:
      return BPF_PROBE_MEM32;
  }
}

function withMode(insn: Insn, mode: number): Insn {
  return { ...insn, code: insnClass(insn.code) | mode | insnSize(insn.code) };
}

/** The load as one that yields 0 where nothing can be read. */
function probing(insn: Insn): Insn {
  return withMode(insn, insnMode(insn.code) === BPF_MEMSX ? BPF_PROBE_MEMSX : BPF_PROBE_MEM);
}

/** A wide instruction that names a variable of the kernel gets its address. */
function kernelSymbol(state: KernelState, { insns }: TranslateRequest, i: number): Insn[] | undefined {
  if (insns.src(i) !== bpf_pseudo.BPF_PSEUDO_BTF_ID) return undefined;
  const btf = state.btf();
  const id = insns.imm(i);
  const type = btf?.has(id) ? btf.typeById(id) : undefined;
  const address = type && state.symbols().address(type.name);
  if (address === undefined) return undefined;
  const words = [Number(BigInt.asIntN(32, address)), Number(BigInt.asIntN(32, address >> 32n))];
  return [
    { code: BPF_LD_IMM64, dst: insns.dst(i), src: 0, off: 0, imm: words[0] },
    { code: 0, dst: 0, src: 0, off: 0, imm: words[1] },
  ];
}

const UNCLONING: ReadonlyMap<number, number> = new Map([
  [bpf_prog_type.BPF_PROG_TYPE_SCHED_CLS, 2],
  [bpf_prog_type.BPF_PROG_TYPE_SCHED_ACT, 2],
  [bpf_prog_type.BPF_PROG_TYPE_SK_SKB, 0],
]);

/** Whether the program stores to a packet, or asks for a part of it to store to. */
function writesPacket(state: KernelState, { insns, facts }: TranslateRequest): boolean {
  if (facts.insns.some((fact, i) => fact?.base === 'packet' && insnClass(insns.code(i)) !== BPF_LDX)) return true;
  const btf = state.btf();
  for (let i = 0; i < insns.length; i++) {
    if (!facts.reached[i] || insns.code(i) !== (BPF_JMP | BPF_CALL)) continue;
    if (insns.src(i) !== bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL || insns.off(i) !== 0) continue;
    if (btf?.has(insns.imm(i)) && btf.nameOf(insns.imm(i)) === 'bpf_dynptr_slice_rdwr') return true;
  }
  return false;
}

/** Programs that write to a packet directly make sure first that it is theirs alone; else they drop it. */
function prologueOf({ state, layout }: TranslateTools, request: TranslateRequest): Insn[] {
  const drop = UNCLONING.get(request.type);
  const writes = drop !== undefined && writesPacket(state, request);
  const cloned = writes ? layout().find('sk_buff.cloned') : undefined;
  if (drop === undefined || !cloned?.bits) return [];
  const mask = ((1 << cloned.bits.count) - 1) << cloned.bits.shift;
  return [
    load(1, 6, 1, cloned.offset),
    alu32('and', 6, mask),
    jump(BPF_JEQ, 6, 0, 7),
    aluReg('mov', 6, 1),
    { code: 0xaf, dst: 2, src: 2, off: 0, imm: 0 },
    { code: BPF_JMP | BPF_CALL, dst: 0, src: 0, off: 0, imm: bpf_func_id.BPF_FUNC_skb_pull_data },
    jump(BPF_JEQ, 0, 0, 2),
    alu32('mov', 0, drop),
    { code: BPF_JMP | BPF_EXIT, dst: 0, src: 0, off: 0, imm: 0 },
    aluReg('mov', 1, 6),
  ];
}
