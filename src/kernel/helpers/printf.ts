import { decodeUtf8, encodeUtf8 } from '../../base/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';

/** What a conversion may need of the memory and of the kernel. */
export interface PrintfSources {
  /** A NUL-terminated string, without its NUL; undefined where it cannot be read. */
  string(address: bigint, space: 'kernel' | 'user'): Uint8Array | undefined;
  bytes(address: bigint, size: number): Uint8Array | undefined;
  /** `name` or `name+0x10/0x40`. */
  symbol(address: bigint, withOffset: boolean): string | undefined;
  /** What a pointer is shown as where it is not to be known: a hash of it. */
  hash(address: bigint): number;
}

/** One conversion of a checked format, or text between two. */
type Piece =
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'number'; readonly flags: Flags; readonly base: 'd' | 'u' | 'x' | 'X'; readonly bits: 32 | 64 }
  | { readonly kind: 'char'; readonly flags: Flags }
  | { readonly kind: 'string'; readonly flags: Flags; readonly space: 'kernel' | 'user' }
  | { readonly kind: 'pointer'; readonly flags: Flags; readonly form: PointerForm };

type PointerForm = 'hash' | 'raw' | 's' | 'S' | 'B' | 'i4' | 'I4' | 'i6' | 'I6';

interface Flags {
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number;
}

const SPACES = ' \t\n\v\f\r';

function isSpace(char: string): boolean {
  return char !== '' && SPACES.includes(char);
}

function isPunctuation(char: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(char);
}

/** Whether a conversion may end here: another letter would change its meaning. */
function isBoundary(char: string): boolean {
  return char === '' || isSpace(char) || isPunctuation(char);
}

/**
 * Reads a format as the kernel's BPF printing helpers do.
 * @param format its bytes, up to a NUL that must be there
 * @returns the pieces, -EINVAL where a conversion is unknown or there are more conversions than arguments
 * @see Documentation/bpf/ and linux/bpf.h (v6.12), bpf_trace_printk and bpf_snprintf
 */
function parseFormat(format: Uint8Array, argCount: number): Piece[] | Errno {
  const end = format.indexOf(0);
  if (end < 0) return -errno.EINVAL;
  for (const byte of format.subarray(0, end)) {
    if ((byte < 0x20 && !isSpace(String.fromCharCode(byte))) || byte > 0x7e) return -errno.EINVAL;
  }
  const text = decodeUtf8(format.subarray(0, end));
  const pieces: Piece[] = [];
  let used = 0;
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '%') {
      plain += text[at];
      continue;
    }
    if (text[at + 1] === '%') {
      plain += '%';
      at++;
      continue;
    }
    if (used >= argCount) return -errno.EINVAL;
    const found = parseConversion(text, at + 1);
    if (!found) return -errno.EINVAL;
    if (plain) pieces.push({ kind: 'text', bytes: encodeUtf8(plain) });
    plain = '';
    pieces.push(found.piece);
    used++;
    at = found.end - 1;
  }
  if (plain) pieces.push({ kind: 'text', bytes: encodeUtf8(plain) });
  return pieces;
}

/** Reads one conversion behind its `%`. @returns it and where the text goes on */
function parseConversion(text: string, from: number): { piece: Piece; end: number } | undefined {
  const head = /^([0+\- ]*)([1-9][0-9]*)?/.exec(text.slice(from)) as RegExpExecArray;
  const flags: Flags = {
    left: head[1].includes('-'),
    plus: head[1].includes('+'),
    space: head[1].includes(' '),
    zero: head[1].includes('0'),
    width: Number(head[2] ?? 0),
  };
  const at = from + head[0].length;
  const letter = text[at] ?? '';
  const next = text[at + 1] ?? '';
  if (letter === 'p') return parsePointer(text, at, flags);
  if (letter === 'c') return { piece: { kind: 'char', flags }, end: at + 1 };
  if (letter === 's')
    return isBoundary(next) ? { piece: { kind: 'string', flags, space: 'kernel' }, end: at + 1 } : undefined;
  const longs = /^l{0,2}/.exec(text.slice(at)) as RegExpExecArray;
  const type = text[at + longs[0].length] ?? '';
  if (!'idux'.includes(type) && type !== 'X') return undefined;
  if (type === '') return undefined;
  const base = type === 'i' ? 'd' : (type as 'd' | 'u' | 'x' | 'X');
  return { piece: { kind: 'number', flags, base, bits: longs[0] ? 64 : 32 }, end: at + longs[0].length + 1 };
}

function parsePointer(text: string, at: number, flags: Flags): { piece: Piece; end: number } | undefined {
  const next = text[at + 1] ?? '';
  const after = text[at + 2] ?? '';
  // Letters and digits right behind belong to the conversion, and mean nothing.
  const pointer = (form: PointerForm, length: number) => ({
    piece: { kind: 'pointer', flags, form } as const,
    end: at + length + (/^[0-9A-Za-z]*/.exec(text.slice(at + length))?.[0].length ?? 0),
  });
  if ((next === 'k' || next === 'u') && after === 's') {
    if (!isBoundary(text[at + 3] ?? '')) return undefined;
    return { piece: { kind: 'string', flags, space: next === 'k' ? 'kernel' : 'user' }, end: at + 3 };
  }
  if (isBoundary(next)) return pointer('hash', 1);
  if (next === 'K') return pointer('hash', 2);
  if (next === 'x') return pointer('raw', 2);
  if (next === 's' || next === 'S' || next === 'B') return pointer(next, 2);
  if ((next === 'i' || next === 'I') && (after === '4' || after === '6')) return pointer(`${next}${after}`, 3);
  return undefined;
}

function pad(text: string, flags: Flags, zero = false): string {
  if (flags.left) return text.padEnd(flags.width);
  return zero ? text : text.padStart(flags.width);
}

function formatNumber(value: bigint, piece: Extract<Piece, { kind: 'number' }>): string {
  const { flags, base, bits } = piece;
  if (base === 'x' || base === 'X') {
    const digits = BigInt.asUintN(bits, value).toString(16);
    return padNumber('', base === 'X' ? digits.toUpperCase() : digits, flags);
  }
  if (base === 'u') return padNumber('', BigInt.asUintN(bits, value).toString(), flags);
  const signed = BigInt.asIntN(bits, value);
  const sign = signed < 0n ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  return padNumber(sign, (signed < 0n ? -signed : signed).toString(), flags);
}

function padNumber(sign: string, digits: string, flags: Flags): string {
  if (flags.zero && !flags.left) return sign + digits.padStart(flags.width - sign.length, '0');
  return pad(sign + digits, flags);
}

/** Small numbers and errors are no secret. */
function isPlainPointer(address: bigint): boolean {
  return address === 0n || address >= 0xffff_ffff_ffff_f001n;
}

function formatPointer(address: bigint, piece: Extract<Piece, { kind: 'pointer' }>, sources: PrintfSources): string {
  const { form, flags } = piece;
  switch (form) {
    case 'hash':
    case 'raw': {
      const shown = form === 'raw' || isPlainPointer(address) ? address : BigInt(sources.hash(address));
      const digits = shown.toString(16);
      return flags.width === 0 ? digits.padStart(16, '0') : padNumber('', digits, flags);
    }
    case 's':
    case 'S':
    case 'B':
      return pad(sources.symbol(address, form !== 's') ?? `0x${address.toString(16)}`, flags);
    default:
      // A width has no effect on addresses.
      return formatIp(sources.bytes(address, form[1] === '4' ? 4 : 16), form);
  }
}

function formatIp(read: Uint8Array | undefined, form: 'i4' | 'I4' | 'i6' | 'I6'): string {
  const bytes = read ?? new Uint8Array(form[1] === '4' ? 4 : 16);
  if (form === 'I4') return bytes.join('.');
  if (form === 'i4') return [...bytes].map((byte) => String(byte).padStart(3, '0')).join('.');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] << 8) | bytes[i + 1]).toString(16).padStart(4, '0'));
  return groups.join(form === 'I6' ? ':' : '');
}

/** Formats as bpf_trace_printk, bpf_snprintf and bpf_seq_printf do. @returns the text's bytes, or -EINVAL */
export function bprintf(format: Uint8Array, args: readonly bigint[], sources: PrintfSources): Uint8Array | Errno {
  const pieces = parseFormat(format, args.length);
  if (typeof pieces === 'number') return pieces;
  const parts: Uint8Array[] = [];
  let next = 0;
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      parts.push(piece.bytes);
      continue;
    }
    parts.push(formatPiece(piece, args[next++], sources));
  }
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function formatPiece(piece: Exclude<Piece, { kind: 'text' }>, value: bigint, sources: PrintfSources): Uint8Array {
  switch (piece.kind) {
    case 'number':
      return encodeUtf8(formatNumber(value, piece));
    case 'pointer':
      return encodeUtf8(formatPointer(value, piece, sources));
    case 'char':
      return padBytes(Uint8Array.of(Number(value & 0xffn)), piece.flags);
    case 'string':
      return padBytes(sources.string(value, piece.space) ?? new Uint8Array(0), piece.flags);
  }
}

function padBytes(bytes: Uint8Array, flags: Flags): Uint8Array {
  if (bytes.length >= flags.width) return bytes;
  const padded = new Uint8Array(flags.width).fill(0x20);
  padded.set(bytes, flags.left ? 0 : flags.width - bytes.length);
  return padded;
}
