// Calls with constant text, which are written out in place: `write` and `equals` of the C printer's text.ts.
import ts from 'typescript';
import { type Code, declareLocal, emit, emitIndexed, refuse, type Type } from './code.ts';
import { EMPTY, i32, i64, OP, unsigned, VALUE } from './encode.ts';

type Value = (code: Code, node: ts.Expression, wanted?: Type) => Type;

function bytesOf(code: Code, node: ts.Expression): Uint8Array {
  if (!ts.isStringLiteral(node)) throw refuse(code, node, 'text is constant');
  return new TextEncoder().encode(node.text);
}

/** Bytes as a little-endian number. */
function word(bytes: Uint8Array): bigint {
  return bytes.reduceRight((high, byte) => (high << 8n) | BigInt(byte), 0n);
}

const variable = (code: Code, name: string) => code.target.variables.get(name)!;
const base = (code: Code, name: string) => code.target.arrays.get(name)!.index;

/** `write(t, text)`, or one of two texts: makes room, and stores eight or four bytes at a time; what comes next overwrites those past the end. */
export function writeText(code: Code, text: ts.Expression, value: Value): void {
  if (ts.isConditionalExpression(text)) {
    value(code, text.condition);
    emit(code, OP.if, EMPTY);
    writeText(code, text.whenTrue, value);
    emit(code, OP.else);
    writeText(code, text.whenFalse, value);
    emit(code, OP.end);
    return;
  }
  const bytes = bytesOf(code, text);
  const length = variable(code, 'length');
  const at = declareLocal(code, 'write', 'signed');
  emitIndexed(code, OP.globalGet, length);
  emitIndexed(code, OP.globalGet, variable(code, 'end'));
  emit(code, OP.i32GtS, OP.if, EMPTY);
  emitIndexed(code, OP.call, code.target.imports.get('grow')!.index);
  emit(code, OP.end);
  emitIndexed(code, OP.globalGet, base(code, 'text'));
  emitIndexed(code, OP.globalGet, length);
  emit(code, OP.i32Add);
  emitIndexed(code, OP.localSet, at);
  for (let i = 0; i < bytes.length; i += 8) {
    const step = bytes.subarray(i, i + 8);
    emitIndexed(code, OP.localGet, at);
    if (step.length > 4) emit(code, ...i64(word(step)), OP.i64Store, 0, ...unsigned(i));
    else emit(code, ...i32(Number(BigInt.asIntN(32, word(step)))), OP.i32Store, 0, ...unsigned(i));
  }
  emitIndexed(code, OP.globalGet, length);
  emit(code, ...i32(bytes.length), OP.i32Add);
  emitIndexed(code, OP.globalSet, length);
}

/** `equals(t, offset, text)`: compares four bytes at a time, the NUL behind the text with them. */
export function equalsText(code: Code, node: ts.CallExpression, value: Value): Type {
  const [, offset, text] = node.arguments;
  const bytes = Uint8Array.of(...bytesOf(code, text), 0);
  const at = declareLocal(code, 'equals', 'signed');
  emitIndexed(code, OP.globalGet, base(code, 'strings'));
  value(code, offset, 'signed');
  emit(code, OP.i32Add);
  emitIndexed(code, OP.localSet, at);
  for (let i = 0; i < bytes.length; i += 4) {
    const step = bytes.subarray(i, i + 4);
    const unused = 8 * (4 - step.length);
    if (i > 0) emit(code, OP.if, VALUE.i32);
    emitIndexed(code, OP.localGet, at);
    emit(code, OP.i32Load, 0, ...unsigned(i), ...i32(unused), OP.i32Shl);
    emit(code, ...i32(Number(BigInt.asIntN(32, word(step) << BigInt(unused)))), OP.i32Eq);
  }
  for (let i = 4; i < bytes.length; i += 4) emit(code, OP.else, ...i32(0), OP.end);
  return 'signed';
}
