// Calls with constant text, which are written out in place: `write` and `equals` of the C printer's text.ts.
import ts from 'typescript';
import { type Code, refuse, type Type } from './code.ts';

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
  const { body } = code;
  if (ts.isConditionalExpression(text)) {
    value(code, text.condition);
    body.open('if');
    writeText(code, text.whenTrue, value);
    body.op('else');
    writeText(code, text.whenFalse, value);
    body.end();
    return;
  }
  const bytes = bytesOf(code, text);
  const length = variable(code, 'length');
  const start = body.local('i32');
  const at = body.local('i32');
  body.global('global.get', length).tee(start).global('global.get', variable(code, 'end')).op('i32.gt_s').open('if');
  body.call('call', code.target.imports.get('grow')!.index).end();
  body.global('global.get', base(code, 'text')).get(start).op('i32.add').set(at);
  for (let i = 0; i < bytes.length; i += 8) {
    const step = bytes.subarray(i, i + 8);
    body.get(at);
    if (step.length > 4) body.i64(word(step)).memory('i64.store', i);
    else body.i32(Number(BigInt.asIntN(32, word(step)))).memory('i32.store', i);
  }
  body.get(start).i32(bytes.length).op('i32.add').global('global.set', length);
}

/** `equals(t, offset, text)`: compares four bytes at a time, the NUL behind the text with them. */
export function equalsText(code: Code, node: ts.CallExpression, value: Value): Type {
  const { body } = code;
  const [, offset, text] = node.arguments;
  const bytes = Uint8Array.of(...bytesOf(code, text), 0);
  const at = body.local('i32');
  body.global('global.get', base(code, 'strings'));
  value(code, offset, 'signed');
  body.op('i32.add').set(at);
  for (let i = 0; i < bytes.length; i += 4) {
    const step = bytes.subarray(i, i + 4);
    const unused = 8 * (4 - step.length);
    if (i > 0) body.open('if', 'i32');
    body.get(at).memory('i32.load', i).i32(unused).op('i32.shl');
    body.i32(Number(BigInt.asIntN(32, word(step) << BigInt(unused)))).op('i32.eq');
  }
  for (let i = 4; i < bytes.length; i += 4) body.op('else').i32(0).end();
  return 'signed';
}
