// Compiles expressions: for their value, or for their effect alone.
import ts from 'typescript';
import { callFunction, callMethod } from './call.ts';
import { type Code, emit, emitIndexed, findLocal, refuse, type Type, valueType } from './code.ts';
import { f64, i32, OP, unsigned, VALUE } from './encode.ts';
import { constantOf } from './source.ts';
import { writeText } from './text-calls.ts';

const Kind = ts.SyntaxKind;

/** Compiles an expression for its value. @returns its type, which is the wanted one if one is */
export function value(code: Code, node: ts.Expression, wanted?: Type): Type {
  const type = anyValue(code, node, wanted);
  return wanted === undefined ? type : convert(code, node, { type, wanted });
}

function convert(code: Code, node: ts.Node, { type, wanted }: { type: Type; wanted: Type }): Type {
  if (wanted === 'wide' && type === 'signed') emit(code, OP.f64ConvertS);
  else if (wanted === 'wide' && type === 'unsigned') emit(code, OP.f64ConvertU);
  else if (valueType(wanted) !== valueType(type)) throw refuse(code, node, `is ${type}, not ${wanted}`);
  return wanted;
}

function anyValue(code: Code, node: ts.Expression, wanted?: Type): Type {
  const constant = constantOf(code.source, node);
  if (constant !== undefined) {
    const isWide = wanted === 'wide' || constant > 0x7fff_ffff || constant < -0x8000_0000;
    emit(code, ...(isWide ? f64(constant) : i32(constant)));
    return isWide ? 'wide' : 'signed';
  }
  if (ts.isParenthesizedExpression(node)) return anyValue(code, node.expression, wanted);
  if (node.kind === Kind.TrueKeyword || node.kind === Kind.FalseKeyword) {
    emit(code, ...i32(node.kind === Kind.TrueKeyword ? 1 : 0));
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
  emitIndexed(code, OP.localGet, local.index);
  return local.type;
}

function fieldValue(code: Code, node: ts.PropertyAccessExpression): Type {
  const array = code.target.arrays.get(node.name.text);
  if (array?.type === 'Uint8Array') {
    emitIndexed(code, OP.globalGet, array.index);
    return 'bytes';
  }
  emitIndexed(code, OP.globalGet, variableOf(code, node));
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
  else emitIndexed(code, OP.globalGet, array.index);
  value(code, argumentExpression, 'signed');
  const isBytes = array?.type !== 'Int32Array';
  if (!isBytes) emit(code, ...i32(2), OP.i32Shl);
  emit(code, OP.i32Add);
  return isBytes;
}

function elementValue(code: Code, node: ts.ElementAccessExpression): Type {
  const isBytes = elementAddress(code, node);
  emit(code, ...(isBytes ? [OP.i32Load8u, 0, 0] : [OP.i32Load, 2, 0]));
  return 'signed';
}

function conditional(code: Code, node: ts.ConditionalExpression, wanted?: Type): Type {
  const isWide = [node.whenTrue, node.whenFalse].some((branch) => typeOf(code, branch) === 'wide');
  const type = wanted ?? (isWide ? 'wide' : 'signed');
  value(code, node.condition);
  emit(code, OP.if, VALUE[valueType(type)]);
  code.depth++;
  value(code, node.whenTrue, type);
  emit(code, OP.else);
  value(code, node.whenFalse, type);
  emit(code, OP.end);
  code.depth--;
  return type;
}

function prefix(code: Code, node: ts.PrefixUnaryExpression): Type {
  if (node.operator === Kind.MinusToken) emit(code, ...i32(0));
  value(code, node.operand, 'signed');
  if (node.operator === Kind.ExclamationToken) emit(code, OP.i32Eqz);
  else if (node.operator === Kind.MinusToken) emit(code, OP.i32Sub);
  else if (node.operator === Kind.TildeToken) emit(code, ...i32(-1), OP.i32Xor);
  else throw refuse(code, node, 'no such operator');
  return 'signed';
}

interface Operator {
  readonly signed: number;
  /** Default: the same. */
  readonly unsigned?: number;
  readonly wide?: number;
  readonly compares?: boolean;
}

const OPERATORS: ReadonlyMap<ts.SyntaxKind, Operator> = new Map<ts.SyntaxKind, Operator>([
  [Kind.PlusToken, { signed: OP.i32Add, wide: OP.f64Add }],
  [Kind.MinusToken, { signed: OP.i32Sub, wide: OP.f64Sub }],
  [Kind.AsteriskToken, { signed: OP.i32Mul, wide: OP.f64Mul }],
  [Kind.PercentToken, { signed: OP.i32RemS, unsigned: OP.i32RemU }],
  [Kind.AmpersandToken, { signed: OP.i32And }],
  [Kind.BarToken, { signed: OP.i32Or }],
  [Kind.CaretToken, { signed: OP.i32Xor }],
  [Kind.LessThanLessThanToken, { signed: OP.i32Shl }],
  [Kind.GreaterThanGreaterThanToken, { signed: OP.i32ShrS }],
  [Kind.GreaterThanGreaterThanGreaterThanToken, { signed: OP.i32ShrU }],
  [Kind.EqualsEqualsEqualsToken, { signed: OP.i32Eq, wide: OP.f64Eq, compares: true }],
  [Kind.ExclamationEqualsEqualsToken, { signed: OP.i32Ne, wide: OP.f64Ne, compares: true }],
  [Kind.LessThanToken, { signed: OP.i32LtS, unsigned: OP.i32LtU, wide: OP.f64Lt, compares: true }],
  [Kind.GreaterThanToken, { signed: OP.i32GtS, unsigned: OP.i32GtU, wide: OP.f64Gt, compares: true }],
  [Kind.LessThanEqualsToken, { signed: OP.i32LeS, unsigned: OP.i32LeU, wide: OP.f64Le, compares: true }],
  [Kind.GreaterThanEqualsToken, { signed: OP.i32GeS, unsigned: OP.i32GeU, wide: OP.f64Ge, compares: true }],
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
  if (operator === Kind.SlashToken) {
    value(code, left, 'wide');
    value(code, right, 'wide');
    emit(code, OP.f64Div);
    return 'wide';
  }
  const rule = OPERATORS.get(operator);
  if (rule === undefined) throw refuse(code, node, 'no such operator');
  // Both sides are wide where one is: which shows when they are compiled once, to nowhere.
  const types = [typeOf(code, left), typeOf(code, right)];
  const isWide = (wanted === 'wide' && !rule.compares && rule.wide !== undefined) || types.includes('wide');
  if (isWide) {
    if (rule.wide === undefined) throw refuse(code, node, 'not of wide numbers');
    value(code, left, 'wide');
    value(code, right, 'wide');
    emit(code, rule.wide);
    return rule.compares ? 'signed' : 'wide';
  }
  const isUnsigned = types[0] === 'unsigned' && rule.unsigned !== undefined;
  if (rule.compares && types[0] !== types[1] && constantOf(code.source, right) === undefined) {
    throw refuse(code, node, 'one side has a sign, the other has not');
  }
  value(code, left);
  value(code, right);
  emit(code, isUnsigned ? rule.unsigned! : rule.signed);
  return 'signed';
}

/** The type that an expression has. */
function typeOf(code: Code, node: ts.Expression): Type {
  const trial: Code = { ...code, out: [], locals: [...code.locals] };
  return value(trial, node);
}

function logical(code: Code, { left, operatorToken, right }: ts.BinaryExpression): Type {
  const isAnd = operatorToken.kind === Kind.AmpersandAmpersandToken;
  value(code, left, 'signed');
  emit(code, OP.if, VALUE.i32);
  code.depth++;
  if (isAnd) value(code, right, 'signed');
  else emit(code, ...i32(1));
  emit(code, OP.else);
  if (isAnd) emit(code, ...i32(0));
  else value(code, right, 'signed');
  emit(code, OP.end);
  code.depth--;
  return 'signed';
}

/** `x | 0`: makes a wide number one of 32 bits, and a quotient whole. */
function toSigned(code: Code, node: ts.Expression): Type {
  const inner = ts.isParenthesizedExpression(node) ? node.expression : node;
  if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === Kind.SlashToken) {
    value(code, inner.left, 'signed');
    value(code, inner.right, 'signed');
    emit(code, OP.i32DivS);
  } else if (value(code, inner) === 'wide') {
    emit(code, OP.i32TruncF64);
  }
  return 'signed';
}

/** Compiles an expression for its effect alone. */
export function effect(code: Code, node: ts.Expression): void {
  if (ts.isCallExpression(node)) {
    if (ts.isIdentifier(node.expression) && node.expression.text === 'write') writeText(code, node.arguments[1], value);
    else if (call(code, node) !== undefined) emit(code, OP.drop);
    return;
  }
  const step = ts.isPostfixUnaryExpression(node) ? node : undefined;
  if (step !== undefined) {
    const operator = step.operator === Kind.PlusPlusToken ? OP.i32Add : OP.i32Sub;
    assign(code, step.operand, () => {
      value(code, step.operand, 'signed');
      emit(code, ...i32(1), operator);
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
    emit(code, wanted === 'wide' ? operator.wide! : operator.signed);
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
    emitIndexed(code, OP.localSet, local.index);
  } else if (ts.isPropertyAccessExpression(place)) {
    const index = variableOf(code, place);
    compile('signed');
    emitIndexed(code, OP.globalSet, index);
  } else if (ts.isElementAccessExpression(place)) {
    const isBytes = elementAddress(code, place);
    compile('signed');
    emit(code, isBytes ? OP.i32Store8 : OP.i32Store, ...unsigned(isBytes ? 0 : 2), 0);
  } else {
    throw refuse(code, place, 'nothing is kept there');
  }
}
