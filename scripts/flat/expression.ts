// Compiles expressions: for their value, or for their effect alone.
import ts from 'typescript';
import { FunctionBody, type OpsWith } from '../../src/wasm/index.ts';
import { callFunction, callMethod } from './call.ts';
import { type Code, findLocal, refuse, type Type, valueType } from './code.ts';
import { constantOf } from './source.ts';
import { writeText } from './text-calls.ts';

const Kind = ts.SyntaxKind;

/** Compiles an expression for its value. @returns its type, which is the wanted one if one is */
export function value(code: Code, node: ts.Expression, wanted?: Type): Type {
  const type = anyValue(code, node, wanted);
  return wanted === undefined ? type : convert(code, node, { type, wanted });
}

function convert(code: Code, node: ts.Node, { type, wanted }: { type: Type; wanted: Type }): Type {
  if (wanted === 'wide' && type === 'signed') code.body.op('i64.extend_i32_s');
  else if (wanted === 'wide' && type === 'unsigned') code.body.op('i64.extend_i32_u');
  else if (valueType(wanted) !== valueType(type)) throw refuse(code, node, `is ${type}, not ${wanted}`);
  return wanted;
}

function anyValue(code: Code, node: ts.Expression, wanted?: Type): Type {
  const constant = constantOf(code.source, node);
  if (constant !== undefined) {
    const isWide = wanted === 'wide' || constant > 0x7fff_ffff || constant < -0x8000_0000;
    if (isWide) code.body.i64(BigInt(constant));
    else code.body.i32(constant);
    return isWide ? 'wide' : 'signed';
  }
  if (ts.isParenthesizedExpression(node)) return anyValue(code, node.expression, wanted);
  if (node.kind === Kind.TrueKeyword || node.kind === Kind.FalseKeyword) {
    code.body.i32(node.kind === Kind.TrueKeyword ? 1 : 0);
    return 'signed';
  }
  if (ts.isIdentifier(node)) return localValue(code, node);
  if (ts.isPropertyAccessExpression(node)) return fieldValue(code, node);
  if (ts.isElementAccessExpression(node)) return elementValue(code, node);
  if (ts.isConditionalExpression(node)) return conditional(code, node, wanted);
  if (ts.isPrefixUnaryExpression(node)) return prefix(code, node);
  if (ts.isBinaryExpression(node)) return binary(code, node, wanted);
  if (ts.isCallExpression(node)) {
    const type = call(code, node);
    if (type === undefined) throw refuse(code, node, 'has no value');
    return type;
  }
  throw refuse(code, node, 'no such expression');
}

function call(code: Code, node: ts.CallExpression): Type | undefined {
  return ts.isIdentifier(node.expression) ? callFunction(code, node, value) : callMethod(code, node, value);
}

function localValue(code: Code, node: ts.Identifier): Type {
  const local = findLocal(code, node.text);
  if (local === undefined) throw refuse(code, node, 'no such variable');
  code.body.get(local.index);
  return local.type;
}

function fieldValue(code: Code, node: ts.PropertyAccessExpression): Type {
  const array = code.target.arrays.get(node.name.text);
  if (array?.type === 'Uint8Array') {
    code.body.global('global.get', array.index);
    return 'bytes';
  }
  code.body.global('global.get', variableOf(code, node));
  return 'signed';
}

function variableOf(code: Code, node: ts.PropertyAccessExpression): number {
  const index = code.target.variables.get(node.name.text);
  if (index === undefined || node.expression.getText() !== code.record) throw refuse(code, node, 'no such field');
  return index;
}

/** Compiles the address of an array's element. @returns whether elements are bytes */
function elementAddress(code: Code, { expression, argumentExpression }: ts.ElementAccessExpression): boolean {
  const array = ts.isPropertyAccessExpression(expression) ? code.target.arrays.get(expression.name.text) : undefined;
  if (array === undefined) value(code, expression, 'bytes');
  else code.body.global('global.get', array.index);
  value(code, argumentExpression, 'signed');
  const isBytes = array?.type !== 'Int32Array';
  if (!isBytes) code.body.i32(2).op('i32.shl');
  code.body.op('i32.add');
  return isBytes;
}

function elementValue(code: Code, node: ts.ElementAccessExpression): Type {
  const isBytes = elementAddress(code, node);
  if (isBytes) code.body.memory('i32.load8_u');
  else code.body.memory('i32.load', 0, 2);
  return 'signed';
}

function conditional(code: Code, node: ts.ConditionalExpression, wanted?: Type): Type {
  const isWide = [node.whenTrue, node.whenFalse].some((branch) => typeOf(code, branch) === 'wide');
  const type = wanted ?? (isWide ? 'wide' : 'signed');
  value(code, node.condition);
  code.body.open('if', valueType(type));
  value(code, node.whenTrue, type);
  code.body.op('else');
  value(code, node.whenFalse, type);
  code.body.end();
  return type;
}

function prefix(code: Code, node: ts.PrefixUnaryExpression): Type {
  if (node.operator === Kind.MinusToken) code.body.i32(0);
  value(code, node.operand, 'signed');
  if (node.operator === Kind.ExclamationToken) code.body.op('i32.eqz');
  else if (node.operator === Kind.MinusToken) code.body.op('i32.sub');
  else if (node.operator === Kind.TildeToken) code.body.i32(-1).op('i32.xor');
  else throw refuse(code, node, 'no such operator');
  return 'signed';
}

interface Operator {
  readonly signed: OpsWith<'none'>;
  /** Default: the same. */
  readonly unsigned?: OpsWith<'none'>;
  readonly wide?: OpsWith<'none'>;
  readonly compares?: boolean;
}

const OPERATORS: ReadonlyMap<ts.SyntaxKind, Operator> = new Map<ts.SyntaxKind, Operator>([
  [Kind.PlusToken, { signed: 'i32.add', wide: 'i64.add' }],
  [Kind.MinusToken, { signed: 'i32.sub', wide: 'i64.sub' }],
  [Kind.AsteriskToken, { signed: 'i32.mul', wide: 'i64.mul' }],
  [Kind.PercentToken, { signed: 'i32.rem_s', unsigned: 'i32.rem_u' }],
  [Kind.AmpersandToken, { signed: 'i32.and' }],
  [Kind.BarToken, { signed: 'i32.or' }],
  [Kind.CaretToken, { signed: 'i32.xor' }],
  [Kind.LessThanLessThanToken, { signed: 'i32.shl' }],
  [Kind.GreaterThanGreaterThanToken, { signed: 'i32.shr_s' }],
  [Kind.GreaterThanGreaterThanGreaterThanToken, { signed: 'i32.shr_u' }],
  [Kind.EqualsEqualsEqualsToken, { signed: 'i32.eq', wide: 'i64.eq', compares: true }],
  [Kind.ExclamationEqualsEqualsToken, { signed: 'i32.ne', wide: 'i64.ne', compares: true }],
  [Kind.LessThanToken, { signed: 'i32.lt_s', unsigned: 'i32.lt_u', wide: 'i64.lt_s', compares: true }],
  [Kind.GreaterThanToken, { signed: 'i32.gt_s', unsigned: 'i32.gt_u', wide: 'i64.gt_s', compares: true }],
  [Kind.LessThanEqualsToken, { signed: 'i32.le_s', unsigned: 'i32.le_u', wide: 'i64.le_s', compares: true }],
  [Kind.GreaterThanEqualsToken, { signed: 'i32.ge_s', unsigned: 'i32.ge_u', wide: 'i64.ge_s', compares: true }],
]);

function binary(code: Code, node: ts.BinaryExpression, wanted?: Type): Type {
  const { left, operatorToken, right } = node;
  const operator = operatorToken.kind;
  if (operator === Kind.AmpersandAmpersandToken || operator === Kind.BarBarToken) return logical(code, node);
  const isZero = constantOf(code.source, right) === 0;
  if (operator === Kind.BarToken && isZero) return toSigned(code, left);
  if (operator === Kind.GreaterThanGreaterThanGreaterThanToken && isZero) {
    value(code, left, 'signed');
    return 'unsigned';
  }
  if (operator === Kind.SlashToken) throw refuse(code, node, 'a quotient that is not made whole');
  const rule = OPERATORS.get(operator);
  if (rule === undefined) throw refuse(code, node, 'no such operator');
  // Both sides are wide where one is: which shows when they are compiled once, to nowhere.
  const types = [typeOf(code, left), typeOf(code, right)];
  const isWide = (wanted === 'wide' && !rule.compares && rule.wide !== undefined) || types.includes('wide');
  if (isWide) {
    if (rule.wide === undefined) throw refuse(code, node, 'not of wide numbers');
    value(code, left, 'wide');
    value(code, right, 'wide');
    code.body.op(rule.wide);
    return rule.compares ? 'signed' : 'wide';
  }
  const isUnsigned = types[0] === 'unsigned' && rule.unsigned !== undefined;
  if (rule.compares && types[0] !== types[1] && constantOf(code.source, right) === undefined) {
    throw refuse(code, node, 'one side has a sign, the other has not');
  }
  value(code, left);
  value(code, right);
  code.body.op(isUnsigned ? rule.unsigned! : rule.signed);
  return 'signed';
}

/** The type that an expression has. */
function typeOf(code: Code, node: ts.Expression): Type {
  const trial: Code = { ...code, body: new FunctionBody(0) };
  return value(trial, node);
}

function logical(code: Code, { left, operatorToken, right }: ts.BinaryExpression): Type {
  const isAnd = operatorToken.kind === Kind.AmpersandAmpersandToken;
  value(code, left, 'signed');
  code.body.open('if', 'i32');
  if (isAnd) value(code, right, 'signed');
  else code.body.i32(1);
  code.body.op('else');
  if (isAnd) code.body.i32(0);
  else value(code, right, 'signed');
  code.body.end();
  return 'signed';
}

/** `x | 0`: makes a wide number one of 32 bits, and a quotient whole. */
function toSigned(code: Code, node: ts.Expression): Type {
  const inner = ts.isParenthesizedExpression(node) ? node.expression : node;
  if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === Kind.SlashToken) {
    value(code, inner.left, 'signed');
    value(code, inner.right, 'signed');
    code.body.op('i32.div_s');
  } else if (value(code, inner) === 'wide') {
    code.body.op('i32.wrap_i64');
  }
  return 'signed';
}

/** Compiles an expression for its effect alone. */
export function effect(code: Code, node: ts.Expression): void {
  if (ts.isCallExpression(node)) {
    if (ts.isIdentifier(node.expression) && node.expression.text === 'write') writeText(code, node.arguments[1], value);
    else if (call(code, node) !== undefined) code.body.op('drop');
    return;
  }
  const step = ts.isPostfixUnaryExpression(node) ? node : undefined;
  if (step !== undefined) {
    const operator = step.operator === Kind.PlusPlusToken ? 'i32.add' : 'i32.sub';
    assign(code, step.operand, () => {
      value(code, step.operand, 'signed');
      code.body.i32(1).op(operator);
    });
    return;
  }
  if (!ts.isBinaryExpression(node)) throw refuse(code, node, 'has no effect');
  const { left, operatorToken, right } = node;
  if (operatorToken.kind === Kind.EqualsToken) {
    assign(code, left, (wanted) => value(code, right, wanted));
    return;
  }
  const operator = COMPOUND.get(operatorToken.kind);
  if (operator === undefined) throw refuse(code, node, 'has no effect');
  assign(code, left, (wanted) => {
    value(code, left);
    value(code, right, wanted);
    code.body.op(wanted === 'wide' ? operator.wide! : operator.signed);
  });
}

const COMPOUND: ReadonlyMap<ts.SyntaxKind, Operator> = new Map([
  [Kind.PlusEqualsToken, OPERATORS.get(Kind.PlusToken)!],
  [Kind.MinusEqualsToken, OPERATORS.get(Kind.MinusToken)!],
  [Kind.AsteriskEqualsToken, OPERATORS.get(Kind.AsteriskToken)!],
]);

/** Stores what `compile` leaves in a variable, a field or an element. */
function assign(code: Code, place: ts.Expression, compile: (wanted: Type) => void): void {
  if (ts.isIdentifier(place)) {
    const local = findLocal(code, place.text);
    if (local === undefined) throw refuse(code, place, 'no such variable');
    compile(local.type);
    code.body.set(local.index);
  } else if (ts.isPropertyAccessExpression(place)) {
    const index = variableOf(code, place);
    compile('signed');
    code.body.global('global.set', index);
  } else if (ts.isElementAccessExpression(place)) {
    const isBytes = elementAddress(code, place);
    compile('signed');
    if (isBytes) code.body.memory('i32.store8');
    else code.body.memory('i32.store', 0, 2);
  } else {
    throw refuse(code, place, 'nothing is kept there');
  }
}
