import type { Insns } from '../isa/index.ts';
import { isWide } from '../isa/index.ts';
import type { ExecutableProgram } from './program.ts';

/** A program's instructions taken apart into arrays by slot, for the interpreter's loop. */
export interface Code {
  readonly program: ExecutableProgram;
  readonly length: number;
  readonly little: boolean;
  readonly op: Uint8Array;
  readonly dst: Uint8Array;
  readonly src: Uint8Array;
  readonly off: Int16Array;
  readonly imm: Int32Array;
  /** The immediate as a u64: sign-extended, or both halves of a wide instruction. */
  readonly imm64: BigUint64Array;
}

const cache = new WeakMap<ExecutableProgram, Code>();

/** The program's `Code`, made once: a program does not change after it first ran. */
export function codeOf(program: ExecutableProgram): Code {
  let code = cache.get(program);
  if (!code) cache.set(program, (code = decode(program, program.insns)));
  return code;
}

function decode(program: ExecutableProgram, insns: Insns): Code {
  const { length } = insns;
  const code: Code = {
    program,
    length,
    little: insns.endian === 'little',
    op: new Uint8Array(length),
    dst: new Uint8Array(length),
    src: new Uint8Array(length),
    off: new Int16Array(length),
    imm: new Int32Array(length),
    imm64: new BigUint64Array(length),
  };
  for (let i = 0; i < length; i++) {
    code.op[i] = insns.code(i);
    code.dst[i] = insns.dst(i);
    code.src[i] = insns.src(i);
    code.off[i] = insns.off(i);
    code.imm[i] = insns.imm(i);
    code.imm64[i] = isWide(code.op[i]) && i + 1 < length ? insns.imm64(i) : BigInt(code.imm[i]);
  }
  return code;
}
