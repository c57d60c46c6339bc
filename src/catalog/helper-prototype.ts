import { invariant } from '../base/index.ts';

/** What a helper wants in a register. */
export type HelperArgKind =
  /** Anything but memory that was never written. */
  | 'any'
  | 'scalar'
  | 'ctx'
  /** A map, known when the program is loaded. */
  | 'map'
  /** Memory of the size of the map's key or value. */
  | 'key'
  | 'value'
  /** Memory of the size that the next argument says. */
  | 'mem'
  /** Memory of `bytes` bytes. */
  | 'fixed'
  /** The size of the memory in the argument before; `size0` may be 0. */
  | 'size'
  | 'size0'
  /** The size of what is handed out: known when the program is loaded. */
  | 'alloc'
  /** A socket in the form that programs see; `socket` a full one; `btf_sock` also the kernel's own type. */
  | 'sock'
  | 'socket'
  | 'btf_sock'
  /** An object of the kernel of the type `struct`. */
  | 'btf'
  /** An object of the type that the place it goes to wants. */
  | 'any_btf'
  | 'percpu'
  | 'spin_lock'
  | 'timer'
  /** A field of a map's value or object that holds a pointer. */
  | 'kptr'
  | 'func'
  | 'stack'
  /** Text in a map that nobody can change. */
  | 'string'
  | 'ringbuf_mem'
  | 'dynptr';

/** One argument of a helper. */
export interface HelperArg {
  readonly kind: HelperArgKind;
  /** A pointer that may be null. */
  readonly nullable: boolean;
  /** Memory: `in` is read, `write` read and written, `out` written (what was there does not matter); else read. */
  readonly access: 'in' | 'write' | 'out' | undefined;
  /** `fixed`: bytes. */
  readonly bytes: number;
  /** `fixed`: aligned to its size. */
  readonly aligned: boolean;
  /** `btf`: the name of the structure. */
  readonly struct: string;
  /** What the pointer stands for is given back. */
  readonly release: boolean;
  /** `dynptr`: of what sort. */
  readonly dynptr: 'local' | 'ringbuf' | undefined;
}

/** What a helper gives back. */
export type HelperReturnKind =
  | 'int'
  | 'void'
  | 'value'
  | 'socket'
  | 'sock'
  | 'tcp_sock'
  | 'ringbuf_mem'
  | 'dynptr_mem'
  /** An object of the kernel of the type `struct`. */
  | 'btf'
  /** What the field held that was exchanged. */
  | 'kptr'
  /** The variable of one processor. */
  | 'percpu';

export interface HelperReturn {
  readonly kind: HelperReturnKind;
  readonly nullable: boolean;
  readonly struct: string;
  readonly trusted: boolean;
}

/** How a helper is called. */
export interface HelperPrototype {
  readonly args: readonly HelperArg[];
  readonly returns: HelperReturn;
  /** Only for programs whose licence is compatible with the GPL. */
  readonly gplOnly: boolean;
  /** Memory arguments may lie in the packet. */
  readonly packetAccess: boolean;
  readonly mightSleep: boolean;
  /** R1 to R5 that the program does not use stay what they are. */
  readonly fastcall: boolean;
}

/** `int(ctx, any, mem:in, size) gpl` as a prototype: what is given back, what is wanted, marks. */
export function parsePrototype(text: string): HelperPrototype {
  const match = /^(\S+)\((.*)\)(.*)$/.exec(text);
  invariant(match !== null, `prototype of a helper: ${text}`);
  const [, returns, args, marks] = match;
  return {
    args: args === '' ? [] : args.split(', ').map(parseArg),
    returns: parseReturn(returns),
    gplOnly: marks.includes('gpl'),
    packetAccess: marks.includes('packet'),
    mightSleep: marks.includes('sleeps'),
    fastcall: marks.includes('fastcall'),
  };
}

/** `btf.task_struct?` as its three parts, the digits of `fixed8` as the fourth. */
function parseWord(word: string): { kind: string; bytes: number; struct: string; nullable: boolean } {
  const match = /^([a-z_]+0?)(\d*)(?:\.(\w+))?(\??)$/.exec(word);
  invariant(match !== null, `part of a helper's prototype: ${word}`);
  const [, kind, bytes, struct = '', optional] = match;
  return { kind, bytes: Number(bytes), struct, nullable: optional === '?' };
}

function parseArg(text: string): HelperArg {
  const [word, ...flags] = text.split(':');
  const { kind, bytes, struct, nullable } = parseWord(word);
  return {
    kind: kind as HelperArgKind,
    nullable,
    access: (['in', 'write', 'out'] as const).find((access) => flags.includes(access)),
    bytes,
    aligned: flags.includes('aligned'),
    struct,
    release: flags.includes('release'),
    dynptr: (['local', 'ringbuf'] as const).find((sort) => flags.includes(sort)),
  };
}

function parseReturn(text: string): HelperReturn {
  const [word, ...flags] = text.split(':');
  const { kind, struct, nullable } = parseWord(word);
  return { kind: kind as HelperReturnKind, nullable, struct, trusted: flags.includes('trusted') };
}
