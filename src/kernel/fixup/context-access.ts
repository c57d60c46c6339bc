import type { ContextField, ContextOp, ContextStruct, KernelProfile } from '../../catalog/index.ts';
import { contextFieldAt } from '../../catalog/index.ts';
import type { Insn } from '../../isa/index.ts';
import {
  accessBytes,
  BPF_JEQ,
  BPF_JGE,
  BPF_JNE,
  BPF_JSET,
  BPF_LDX,
  BPF_MEMSX,
  BPF_REG_AX,
  BPF_ST,
  insnClass,
  insnMode,
} from '../../isa/index.ts';
import type { FieldPlace, KernelLayout } from '../layout/layout.ts';
import { alu32, alu64, aluReg, goto, jump, jump32, load, store, storeImm } from './emit.ts';

/** What the rewriting of one program's context accesses goes by. */
export interface ContextRewrite {
  readonly context: ContextStruct;
  readonly layout: KernelLayout;
  readonly profile: KernelProfile;
  /** The program reads `tstamp_type`, so it is shown the time stamp as it is. */
  readonly knowsTimestampType: boolean;
}

const AX = BPF_REG_AX;
/** Linux's NR_CPUS where the profile's configuration does not say. */
const DEFAULT_NR_CPUS = 8192;

/**
 * The instructions that an access to the context becomes: those of the kernel's object.
 * @param offset of the access in the context that programs see
 * @returns undefined where the context has no such field, or this kernel no such member
 */
export function rewriteContextAccess(rewrite: ContextRewrite, insn: Insn, offset: number): Insn[] | undefined {
  const field = fieldOf(rewrite, offset);
  if (!field) return undefined;
  return insnClass(insn.code) === BPF_LDX
    ? rewriteLoad(rewrite, { insn, field, offset })
    : rewriteStore(rewrite, { insn, field, offset });
}

/** The field, by the path that this kernel has. */
function fieldOf({ context, layout }: ContextRewrite, offset: number): ContextField | undefined {
  const field = contextFieldAt(context, offset);
  const path = [field?.path, field?.formerPath].find((steps) => steps?.every((step) => layout.find(step)));
  return field && path && { ...field, path };
}

interface Access {
  readonly insn: Insn;
  readonly field: ContextField;
  readonly offset: number;
}

function rewriteLoad(rewrite: ContextRewrite, { insn, field, offset }: Access): Insn[] {
  const size = accessBytes(insn.code);
  const { dst } = insn;
  const within = offset - field.offset;
  const signExtend = insnMode(insn.code) === BPF_MEMSX && size < 8 ? [aluReg('mov', dst, dst, size * 8)] : [];
  if (field.bytes) {
    return [...loadField(rewrite, { insn, field, width: size, extra: within }), ...signExtend];
  }
  const element = Math.floor(within / field.size) * field.size;
  const last = lastPlace(rewrite, field);
  const width = field.width ?? (last.size as 1 | 2 | 4 | 8);
  const insns = loadField(rewrite, { insn, field, width, extra: element });
  if (size < field.size && size < width) insns.push(...narrow(rewrite, { dst, size, field, at: within - element }));
  return [...insns, ...signExtend];
}

/** Keeps `size` bytes at `at` of a field that was loaded whole. */
function narrow(
  { layout }: ContextRewrite,
  { dst, size, field, at }: { dst: number; size: number; field: ContextField; at: number },
): Insn[] {
  const shift = 8 * (layout.btf.endian === 'little' ? at : field.size - size - at);
  const mask = size === 4 ? -1 : (1 << (8 * size)) - 1;
  const shifted = shift === 0 ? [] : [field.size <= 4 ? alu32('rsh', dst, shift) : alu64('rsh', dst, shift)];
  return [...shifted, alu32('and', dst, mask)];
}

interface FieldLoad {
  readonly insn: Insn;
  readonly field: ContextField;
  /** Bytes to load, and how far from the member's begin. */
  readonly width: number;
  readonly extra: number;
}

function loadField(rewrite: ContextRewrite, what: FieldLoad): Insn[] {
  const { insn, field, width, extra } = what;
  const { dst, src } = insn;
  const { layout } = rewrite;
  switch (field.via) {
    case 'shared_info':
      return [
        load(4, AX, src, layout.offset('sk_buff.end')),
        load(8, dst, src, layout.offset('sk_buff.head')),
        aluReg('add', dst, AX),
        load(width, dst, dst, lastPlace(rewrite, field).offset + extra),
      ];
    case 'linear_end':
      return loadLinearEnd(layout, dst, src);
    case 'timestamp':
      if (!rewrite.knowsTimestampType) return loadTimestamp(layout, dst, src);
      break;
    case 'full_socket':
      return loadOfFullSocket(rewrite, what);
    default:
  }
  const insns = loadPath(rewrite, what, dst, src);
  const { bits } = lastPlace(rewrite, field);
  if (bits) {
    if (bits.shift > 0) insns.push(alu32('rsh', dst, bits.shift));
    insns.push(alu32('and', dst, (1 << bits.count) - 1));
  }
  for (const op of field.ops ?? []) insns.push(...operate(rewrite.profile, op, dst));
  return insns;
}

function loadPath(rewrite: ContextRewrite, { field, width, extra }: FieldLoad, dst: number, src: number): Insn[] {
  const { layout } = rewrite;
  const last = field.path.length - 1;
  const insns: Insn[] = [];
  let from = src;
  field.path.forEach((step, i) => {
    const at = layout.offset(step);
    insns.push(i < last ? load(8, dst, from, at) : load(width, dst, from, at + extra));
    if (i < last && field.via === 'nullable') insns.push(jump(BPF_JEQ, dst, 0, last - i));
    from = dst;
  });
  return insns;
}

/** DEVIATION: where source and destination are one register, paged data are taken to be none: ours are always linear. */
function loadLinearEnd(layout: KernelLayout, dst: number, src: number): Insn[] {
  const data = load(8, dst, src, layout.offset('sk_buff.data'));
  const length = load(4, AX, src, layout.offset('sk_buff.len'));
  if (dst === src) return [length, data, aluReg('add', dst, AX)];
  const paged = load(4, AX, src, layout.offset('sk_buff.data_len'));
  return [data, length, aluReg('add', dst, AX), paged, aluReg('sub', dst, AX)];
}

/** The bits beside each other in an skb that say what its time stamp is. */
function timestampBits(layout: KernelLayout): { at: number; ingress: number; type: number } | undefined {
  const ingress = layout.find('sk_buff.tc_at_ingress');
  const type = layout.find('sk_buff.tstamp_type') ?? layout.find('sk_buff.mono_delivery_time');
  if (!ingress?.bits || !type?.bits || ingress.offset !== type.offset) return undefined;
  const mask = ({ bits }: FieldPlace) => (bits ? ((1 << bits.count) - 1) << bits.shift : 0);
  return { at: type.offset, ingress: mask(ingress), type: mask(type) };
}

/** A delivery time at ingress reads as 0: programs that do not know of it expect a time of receipt. */
function loadTimestamp(layout: KernelLayout, dst: number, src: number): Insn[] {
  const stamp = load(8, dst, src, layout.offset('sk_buff.tstamp'));
  const bits = timestampBits(layout);
  if (!bits) return [stamp];
  return [
    load(1, AX, src, bits.at),
    jump32(BPF_JSET, AX, bits.ingress, 1),
    goto(4),
    jump32(BPF_JSET, AX, bits.type, 1),
    goto(2),
    alu64('mov', dst, 0),
    goto(1),
    stamp,
  ];
}

/** 0 where the socket is no full one (6.18 asks for a locked TCP socket). */
function loadOfFullSocket(rewrite: ContextRewrite, what: FieldLoad): Insn[] {
  const { layout, context } = rewrite;
  const { dst, src } = what.insn;
  const tcp = what.field.path.length > 1 && layout.find(`${context.kernel}.is_locked_tcp_sock`);
  const flag = layout.offset(`${context.kernel}.${tcp ? 'is_locked_tcp_sock' : 'is_fullsock'}`);
  const path = loadPath(rewrite, what, dst, src);
  if (dst !== src) return [load(1, dst, src, flag), jump(BPF_JEQ, dst, 0, path.length), ...path];
  // DEVIATION: Linux saves a register in the context meanwhile; the auxiliary register does as well.
  return [load(1, AX, src, flag), jump(BPF_JEQ, AX, 0, path.length + 1), ...path, goto(1), alu64('mov', dst, 0)];
}

function operate(profile: KernelProfile, op: ContextOp, dst: number): Insn[] {
  switch (op.op) {
    case 'and':
    case 'rsh':
    case 'lsh':
      return [alu32(op.op, dst, op.by)];
    case 'bool':
      return [jump(BPF_JEQ, dst, 0, 1), alu32('mov', dst, 1)];
    case 'above': {
      const limit = Number(profile.config.get(op.config) ?? DEFAULT_NR_CPUS);
      return [jump(BPF_JGE, dst, limit + 1, 1), alu64('mov', dst, 0)];
    }
    case 'none':
      return [jump(BPF_JNE, dst, op.at, 1), alu64('mov', dst, -1)];
  }
}

function lastPlace({ layout }: ContextRewrite, field: ContextField): FieldPlace {
  return layout.place(field.path[field.path.length - 1]);
}

function rewriteStore(rewrite: ContextRewrite, { insn, field, offset }: Access): Insn[] {
  const { layout, context } = rewrite;
  const size = accessBytes(insn.code);
  const within = offset - field.offset;
  const place = lastPlace(rewrite, field);
  const width = field.bytes || field.width ? size : place.size;
  const at = place.offset + within;
  const immediate = insnClass(insn.code) === BPF_ST;
  const put = (base: number) => (immediate ? storeImm(width, base, at, insn.imm) : store(width, base, insn.src, at));
  if (typeof field.store === 'object') {
    if (immediate) return insn.imm >>> 0 >= field.store.below ? [goto(0)] : [put(insn.dst)];
    return [jump(BPF_JGE, insn.src, field.store.below, 1), put(insn.dst)];
  }
  if (field.via === 'timestamp' && !rewrite.knowsTimestampType) return [...clearType(layout, insn.dst), put(insn.dst)];
  if (field.path.length === 1) return [put(insn.dst)];
  const spare = [9, 8, 7].find((reg) => reg !== insn.dst && reg !== insn.src) ?? 9;
  const temp = layout.offset(context.temp ?? `${context.kernel}.temp`);
  const steps = field.path
    .slice(0, -1)
    .map((step, i) => load(8, spare, i === 0 ? insn.dst : spare, layout.offset(step)));
  const guard: Insn[] = [];
  if (field.via === 'full_socket') {
    const locked = layout.find(`${context.kernel}.is_locked_tcp_sock`);
    const flag = (locked ?? layout.place(`${context.kernel}.is_fullsock`)).offset;
    guard.push(load(1, spare, insn.dst, flag), jump(BPF_JEQ, spare, 0, steps.length + 1));
  }
  return [store(8, insn.dst, spare, temp), ...guard, ...steps, put(spare), load(8, spare, insn.dst, temp)];
}

/** A time that a program sets at ingress is one of receipt again. */
function clearType(layout: KernelLayout, skb: number): Insn[] {
  const bits = timestampBits(layout);
  if (!bits) return [];
  return [
    load(1, AX, skb, bits.at),
    jump32(BPF_JSET, AX, bits.ingress, 1),
    goto(2),
    alu32('and', AX, ~bits.type),
    store(1, skb, AX, bits.at),
  ];
}
