import { low32 } from '../../base/index.ts';
import {
  accessBytes,
  alu32,
  alu64,
  BPF_ADD,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CMPXCHG,
  BPF_END,
  BPF_FETCH,
  BPF_LOAD_ACQ,
  BPF_MEMSX,
  BPF_MOV,
  BPF_SUB,
  BPF_X,
  type InsnFacts,
  type Insns,
  insnClass,
  insnMode,
  insnOp,
  insnSource,
  isWide,
  type PointerClass,
} from '../../isa/index.ts';
import { bpf_map_type, bpf_pseudo } from '../../uapi/index.ts';
import type { CheckedMap } from '../options.ts';
import type { State } from './state.ts';
import { slotOf, writeSlots } from './state.ts';
import { bitsOf, constant, constantOf, join, moved, pointer, SCALAR, UNKNOWN, type Value } from './value.ts';

/** What the steps of the analysis share. */
export interface Surroundings {
  readonly insns: Insns;
  /** Index into `maps` of the map that the `ldimm64` at an instruction names. */
  readonly mapAt: ReadonlyMap<number, number>;
  readonly maps: readonly CheckedMap[];
  /** Index of the subprogram that begins at an instruction. */
  readonly subAt: ReadonlyMap<number, number>;
  contextPointer(offset: number, size: number): PointerClass | undefined;
  /** See `CheckOptions`; the map by its index. */
  constantAt(map: number, offset: number, size: number): bigint | undefined;
  /** What a slot of another subprogram's frame may hold. */
  foreignSlot(sub: number, slot: number): Value;
  /** A slot of another subprogram's frame was written. */
  writeForeign(sub: number, slot: number, value: Value): void;
}

/** Arithmetic: pointers move, numbers are followed as far as addresses need. */
export function stepAlu({ insns }: Surroundings, state: State, i: number): void {
  const { registers } = state;
  const code = insns.code(i);
  const dst = insns.dst(i);
  const useRegister = insnSource(code) === BPF_X;
  const operand = useRegister ? registers[insns.src(i)] : constant(insns.imm(i));
  const wide = insnClass(code) === BPF_ALU64;
  const op = insnOp(code);
  if (op === BPF_MOV) {
    registers[dst] = useRegister ? copied(insns, i, operand) : wide ? operand : constant(insns.imm(i) >>> 0);
  } else if (wide && (op === BPF_ADD || op === BPF_SUB)) {
    registers[dst] = added(registers[dst], operand, op === BPF_SUB);
  } else registers[dst] = computed(insns, i, { left: registers[dst], right: operand });
}

/** Arithmetic on two numbers that are known. */
function computed(insns: Insns, i: number, { left, right }: { readonly left: Value; readonly right: Value }): Value {
  const [a, b] = [bitsOf(left), bitsOf(right)];
  const code = insns.code(i);
  if (a === undefined || b === undefined || insnOp(code) === BPF_END) return SCALAR;
  const signed = insns.off(i) === 1;
  if (insnClass(code) === BPF_ALU64) return constantOf(alu64(insnOp(code), a, b, signed) ?? 0n);
  return constant((alu32(insnOp(code), low32(a), low32(b), signed) ?? 0) >>> 0);
}

function copied(insns: Insns, i: number, value: Value): Value {
  const wide = insnClass(insns.code(i)) === BPF_ALU64;
  if (wide && insns.off(i) === 0) return value;
  if (wide && insns.off(i) === BPF_ADDR_SPACE_CAST) return insns.imm(i) === 1 ? pointer('arena') : SCALAR;
  const bits = bitsOf(value);
  if (bits === undefined) return SCALAR;
  const extended = insns.off(i) === 0 ? bits : BigInt.asIntN(insns.off(i), bits);
  return wide ? constantOf(extended) : constant(low32(extended));
}

function added(a: Value, b: Value, subtract: boolean): Value {
  if (a.cls === 'scalar' && b.cls === 'scalar') {
    if (a.number === undefined || b.number === undefined) return SCALAR;
    return constant(subtract ? a.number - b.number : a.number + b.number);
  }
  if (a.cls === 'scalar') return subtract ? SCALAR : moved(b, a.number);
  if (b.cls !== 'scalar') return b.cls === 'btf' || b.cls === 'unknown' ? moved(a, undefined) : SCALAR;
  if (b.number === undefined) return moved(a, undefined);
  return moved(a, subtract ? -b.number : b.number);
}

/** `ldimm64`, and loads of packet bytes. */
export function stepLd(around: Surroundings, state: State, i: number): InsnFacts | undefined {
  const { insns, mapAt, maps } = around;
  const { registers } = state;
  if (!isWide(insns.code(i))) {
    registers.fill(SCALAR, 0, 6);
    return undefined;
  }
  const dst = insns.dst(i);
  const map = mapAt.get(i);
  switch (insns.src(i)) {
    case bpf_pseudo.BPF_PSEUDO_MAP_FD:
    case bpf_pseudo.BPF_PSEUDO_MAP_IDX:
      registers[dst] = { cls: 'map', map };
      break;
    case bpf_pseudo.BPF_PSEUDO_MAP_VALUE:
    case bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE: {
      const arena = map !== undefined && maps[map].attr.mapType === bpf_map_type.BPF_MAP_TYPE_ARENA;
      registers[dst] = arena ? pointer('arena') : { cls: 'map_value', number: insns.imm(i + 1), map };
      break;
    }
    case bpf_pseudo.BPF_PSEUDO_FUNC:
      registers[dst] = { cls: 'function', sub: around.subAt.get(i + 1 + insns.imm(i)) };
      break;
    case bpf_pseudo.BPF_PSEUDO_BTF_ID:
      registers[dst] = pointer('btf', 0);
      break;
    default:
      registers[dst] = insns.imm(i + 1) === insns.imm(i) >> 31 ? constant(insns.imm(i)) : SCALAR;
  }
  return map === undefined ? undefined : { map };
}

/** A load: what the address is, and what comes out of it. */
export function stepLoad(around: Surroundings, state: State, i: number): InsnFacts {
  const { insns } = around;
  const base = state.registers[insns.src(i)];
  const at = { base, off: insns.off(i), size: accessBytes(insns.code(i)) };
  const value = loaded(around, state, at);
  const bits = insnMode(insns.code(i)) === BPF_MEMSX ? bitsOf(value) : undefined;
  state.registers[insns.dst(i)] = bits === undefined ? value : constantOf(BigInt.asIntN(8 * at.size, bits));
  return accessFacts(base, at.off);
}

interface Access {
  readonly base: Value;
  readonly off: number;
  readonly size: number;
}

function loaded(around: Surroundings, state: State, { base, off, size }: Access): Value {
  const offset = base.number === undefined ? undefined : base.number + off;
  switch (base.cls) {
    case 'context': {
      const cls = offset === undefined ? undefined : around.contextPointer(offset, size);
      return cls ? pointer(cls, 0) : SCALAR;
    }
    case 'stack': {
      if (size !== 8 || offset === undefined || offset % 8 !== 0) return SCALAR;
      const slot = slotOf(offset);
      if (slot < 0) return SCALAR;
      return isOwn(state, base)
        ? state.stack[slot]
        : base.sub === undefined
          ? UNKNOWN
          : around.foreignSlot(base.sub, slot);
    }
    case 'map_value': {
      if (base.map === undefined || offset === undefined) return SCALAR;
      const bits = around.constantAt(base.map, offset, size);
      return bits === undefined ? SCALAR : constantOf(bits);
    }
    case 'btf':
      return size === 8 ? pointer('btf', 0) : SCALAR;
    case 'unknown':
      return size === 8 ? UNKNOWN : SCALAR;
    default:
      return SCALAR;
  }
}

function isOwn(state: State, base: Value): boolean {
  return base.sub === state.registers[10].sub;
}

/** A store or atomic: what the address is; stack slots take what is stored. */
export function stepStore(around: Surroundings, state: State, i: number): InsnFacts {
  const { insns } = around;
  const { registers } = state;
  const code = insns.code(i);
  const isAtomic = insnMode(code) === BPF_ATOMIC;
  const imm = insns.imm(i);
  if (isAtomic && imm === BPF_LOAD_ACQ) return stepLoad(around, state, i);
  const base = registers[insns.dst(i)];
  const fromRegister = (code & 1) === 1;
  const value = fromRegister && !isAtomic ? registers[insns.src(i)] : SCALAR;
  if (base.cls === 'stack') store(around, state, { base, off: insns.off(i), size: accessBytes(code) }, value);
  if (isAtomic && imm === BPF_CMPXCHG) registers[0] = SCALAR;
  else if (isAtomic && imm & BPF_FETCH) registers[insns.src(i)] = SCALAR;
  return accessFacts(base, insns.off(i));
}

function store(around: Surroundings, state: State, { base, off, size }: Access, value: Value): void {
  if (base.number === undefined) return;
  const offset = base.number + off;
  if (isOwn(state, base)) state.stack = writeSlots(state.stack, offset, size, value);
  else if (base.sub !== undefined && size === 8 && offset % 8 === 0 && slotOf(offset) >= 0) {
    around.writeForeign(base.sub, slotOf(offset), value);
  }
}

function accessFacts(base: Value, off: number): InsnFacts {
  switch (base.cls) {
    case 'scalar':
      return { base: 'unknown' };
    case 'context':
    case 'socket':
    case 'tcp_sock':
      return { base: base.cls, contextOffset: base.number === undefined ? undefined : base.number + off };
    case 'map_value':
      return { base: base.cls, map: base.map };
    default:
      return { base: base.cls };
  }
}

/** The join of slots that another subprogram may have written. */
export function joinInto(stack: readonly Value[], written: ReadonlyMap<number, Value>): readonly Value[] {
  if (written.size === 0) return stack;
  const result = stack.slice();
  for (const [slot, value] of written) result[slot] = { ...join(result[slot], value) };
  return result;
}
