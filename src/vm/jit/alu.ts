import {
  BPF_ADD,
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_AND,
  BPF_ARSH,
  BPF_DIV,
  BPF_END,
  BPF_LSH,
  BPF_MOD,
  BPF_MOV,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_TO_BE,
  BPF_X,
  BPF_XOR,
  insnClass,
  insnOp,
  insnSource,
} from '../../isa/index.ts';
import type { FunctionBody, OpsWith } from '../../wasm/index.ts';
import type { Code } from '../code.ts';
import type { JitRegisters } from './registers.ts';

/** Where instructions are compiled to. */
export interface AluTarget {
  readonly body: FunctionBody;
  readonly registers: JitRegisters;
  readonly code: Code;
}

/** Operations that WebAssembly has as they are. */
const PLAIN: Readonly<Record<number, readonly [wide: OpsWith<'none'>, narrow: OpsWith<'none'>]>> = {
  [BPF_ADD]: ['i64.add', 'i32.add'],
  [BPF_SUB]: ['i64.sub', 'i32.sub'],
  [BPF_MUL]: ['i64.mul', 'i32.mul'],
  [BPF_OR]: ['i64.or', 'i32.or'],
  [BPF_AND]: ['i64.and', 'i32.and'],
  [BPF_XOR]: ['i64.xor', 'i32.xor'],
  [BPF_LSH]: ['i64.shl', 'i32.shl'],
  [BPF_RSH]: ['i64.shr_u', 'i32.shr_u'],
  [BPF_ARSH]: ['i64.shr_s', 'i32.shr_s'],
};

/** Compiles an instruction of BPF_ALU or BPF_ALU64. @returns whether there is such an instruction */
export function emitAlu(target: AluTarget, pc: number): boolean {
  const { code } = target;
  const op = insnOp(code.op[pc]);
  if (op === BPF_MOV) return emitMove(target, pc);
  if (op === BPF_END) return emitSwap(target, pc);
  const wide = insnClass(code.op[pc]) === BPF_ALU64;
  if (op === BPF_NEG) return emitNegate(target, pc, wide);
  if (op === BPF_DIV || op === BPF_MOD) return emitDivision(target, pc, wide);
  const plain = PLAIN[op];
  if (plain === undefined) return false;
  const dst = code.dst[pc];
  pushDst(target, dst, wide);
  pushOperand(target, pc, wide).op(plain[wide ? 0 : 1]);
  store(target, dst, wide);
  return true;
}

function pushDst({ registers }: AluTarget, register: number, wide: boolean): FunctionBody {
  return wide ? registers.get(register) : registers.low(register);
}

function pushOperand({ body, registers, code }: AluTarget, pc: number, wide: boolean): FunctionBody {
  if (insnSource(code.op[pc]) === BPF_X) return wide ? registers.get(code.src[pc]) : registers.low(code.src[pc]);
  return wide ? body.i64(BigInt(code.imm[pc])) : body.i32(code.imm[pc]);
}

function store({ registers }: AluTarget, register: number, wide: boolean): void {
  if (wide) registers.set(register);
  else registers.setLow(register);
}

function emitNegate(target: AluTarget, pc: number, wide: boolean): boolean {
  const dst = target.code.dst[pc];
  if (wide) target.body.i64(0n);
  else target.body.i32(0);
  pushDst(target, dst, wide).op(wide ? 'i64.sub' : 'i32.sub');
  store(target, dst, wide);
  return true;
}

/** Division by zero gives 0, a remainder by zero the dividend; the least number divided by -1 is itself. */
function emitDivision(target: AluTarget, pc: number, wide: boolean): boolean {
  const { body, code } = target;
  const dst = code.dst[pc];
  const isDivision = insnOp(code.op[pc]) === BPF_DIV;
  const signed = code.off[pc] === 1;
  const type = wide ? 'i64' : 'i32';
  const zero = () => (wide ? body.i64(0n) : body.i32(0));
  const operate = () => {
    pushDst(target, dst, wide);
    pushOperand(target, pc, wide).op(`${type}.${isDivision ? 'div' : 'rem'}_${signed ? 's' : 'u'}`);
  };
  const byConstant = insnSource(code.op[pc]) !== BPF_X;
  const isNegated = () => {
    if (wide) body.i64(0n);
    else body.i32(0);
    pushDst(target, dst, wide).op(`${type}.sub`);
  };
  if (byConstant) {
    if (code.imm[pc] === 0) {
      if (isDivision) zero();
      else pushDst(target, dst, wide);
    } else if (isDivision && signed && code.imm[pc] === -1) isNegated();
    else operate();
  } else {
    pushOperand(target, pc, wide).op(`${type}.eqz`);
    body.open('if', type);
    if (isDivision) zero();
    else pushDst(target, dst, wide);
    body.op('else');
    if (isDivision && signed) {
      pushOperand(target, pc, wide);
      if (wide) body.i64(-1n);
      else body.i32(-1);
      body.op(`${type}.eq`).open('if', type);
      isNegated();
      body.op('else');
      operate();
      body.end();
    } else operate();
    body.end();
  }
  store(target, dst, wide);
  return true;
}

/** `mov`, with sign extension from the width that the offset names, and `addr_space_cast`. */
function emitMove(target: AluTarget, pc: number): boolean {
  const { body, registers, code } = target;
  const [dst, src] = [code.dst[pc], code.src[pc]];
  const wide = insnClass(code.op[pc]) === BPF_ALU64;
  if (insnSource(code.op[pc]) !== BPF_X || code.off[pc] === 0) {
    pushOperand(target, pc, wide);
    store(target, dst, wide);
    return true;
  }
  const extension = SIGN_EXTENSIONS[code.off[pc]];
  if (extension !== undefined) {
    if (wide) {
      registers.get(src).op(extension[0]);
      registers.set(dst);
      return true;
    }
    if (extension[1] === undefined) return false;
    registers.low(src).op(extension[1]);
    registers.setLow(dst);
    return true;
  }
  const { arena } = code.program;
  if (code.off[pc] !== BPF_ADDR_SPACE_CAST || !wide || arena === undefined) return false;
  registers.low(src).op('i64.extend_i32_u');
  registers.set(dst);
  if (code.imm[pc] === 1) return true;
  // To the user's side: null stays null.
  registers.get(dst).op('i64.eqz').open('if', 'i64');
  body.i64(0n).op('else');
  registers
    .get(dst)
    .i64(arena.userStart & ~0xffff_ffffn)
    .op('i64.or')
    .end();
  registers.set(dst);
  return true;
}

const SIGN_EXTENSIONS: Readonly<Record<number, readonly [OpsWith<'none'>, OpsWith<'none'>?]>> = {
  8: ['i64.extend8_s', 'i32.extend8_s'],
  16: ['i64.extend16_s', 'i32.extend16_s'],
  32: ['i64.extend32_s'],
};

/** `bswap`, and the conversions to a byte order, which only truncate where it is the machine's own, the little one. */
function emitSwap(target: AluTarget, pc: number): boolean {
  const { body, registers, code } = target;
  const dst = code.dst[pc];
  const swaps = insnClass(code.op[pc]) === BPF_ALU64 || (code.op[pc] & 0x08) === BPF_TO_BE;
  switch (code.imm[pc]) {
    case 16:
      registers.get(dst);
      if (swaps) {
        body.i64(8n).op('i64.shl');
        registers.get(dst).i64(8n).op('i64.shr_u').i64(0xffn).op('i64.and').op('i64.or');
      }
      body.i64(0xffffn).op('i64.and');
      break;
    case 32:
      if (!swaps) {
        registers.get(dst).i64(0xffff_ffffn).op('i64.and');
        break;
      }
      registers.low(dst).i32(8).op('i32.rotl').i32(0x00ff_00ff).op('i32.and');
      registers.low(dst).i32(8).op('i32.rotr').i32(0xff00_ff00).op('i32.and').op('i32.or').op('i64.extend_i32_u');
      break;
    case 64:
      if (!swaps) return true;
      for (const [mask, bits] of [
        [0x00ff_00ff_00ff_00ffn, 8n],
        [0x0000_ffff_0000_ffffn, 16n],
      ]) {
        registers.get(dst).i64(mask).op('i64.and').i64(bits).op('i64.shl');
        registers.get(dst).i64(bits).op('i64.shr_u').i64(mask).op('i64.and').op('i64.or');
        registers.set(dst);
      }
      registers.get(dst).i64(32n).op('i64.rotl');
      break;
    default:
      return false;
  }
  registers.set(dst);
  return true;
}
