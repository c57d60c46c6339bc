// Compiles calls: of functions, of the host's methods, of views and of Math.
import ts from 'typescript';
import { type Code, emit, emitIndexed, refuse, type Type, typeOfAnnotation } from './code.ts';
import { OP } from './encode.ts';
import { parametersOf } from './parameters.ts';
import { lookUp } from './source.ts';
import { equalsText } from './text-calls.ts';

/** Compiles an expression; `value` of expression.ts, which calls this file. */
type Value = (code: Code, node: ts.Expression, wanted?: Type) => Type;

/** @returns the type of what the function returns; undefined for nothing */
export function callFunction(code: Code, node: ts.CallExpression, value: Value): Type | undefined {
  const name = (node.expression as ts.Identifier).text;
  if (name === 'equals') return equalsText(code, node, value);
  const found = lookUp(code.source, 'functions', name);
  if (found === undefined) throw refuse(code, node, 'no such function');
  const { record, values } = parametersOf(found.source, found.node);
  const given = node.arguments.slice(record === undefined ? 0 : 1);
  const last = given.at(-1);
  if (last !== undefined && ts.isObjectLiteralExpression(last)) {
    const plain = given.length - 1;
    given.splice(plain, 1, ...values.slice(plain).map(({ name }) => memberOf(code, last, name)));
  }
  if (given.length !== values.length) throw refuse(code, node, `takes ${values.length} values`);
  given.forEach((argument, i) => {
    value(code, argument, values[i].type);
  });
  emitIndexed(code, OP.call, code.target.functionIndex(found.source, found.node));
  return typeOfAnnotation(found.node.type!);
}

function memberOf(code: Code, object: ts.ObjectLiteralExpression, name: string): ts.Expression {
  const member = object.properties.find((property) => property.name?.getText() === name);
  if (member !== undefined && ts.isPropertyAssignment(member)) return member.initializer;
  if (member !== undefined && ts.isShorthandPropertyAssignment(member)) return member.name;
  throw refuse(code, object, `has no ${name}`);
}

/** @returns the type of what the method returns; undefined for nothing */
export function callMethod(code: Code, node: ts.CallExpression, value: Value): Type | undefined {
  const { expression: object, name } = node.expression as ts.PropertyAccessExpression;
  if (object.getText() === 'Math') return callMath(code, node, value);
  if (ts.isPropertyAccessExpression(object)) return callView(code, node, value);
  const host = code.target.imports.get(name.text);
  if (host === undefined) throw refuse(code, node, 'no such method');
  for (const argument of node.arguments) value(code, argument, 'signed');
  emitIndexed(code, OP.call, host.index);
  if (host.type !== 'never') return undefined;
  emit(code, OP.unreachable);
  // What never returns may stand for any value.
  return code.result === undefined || ts.isExpressionStatement(node.parent) ? undefined : code.result;
}

function callMath(code: Code, node: ts.CallExpression, value: Value): Type {
  const { name } = node.expression as ts.PropertyAccessExpression;
  const [first, second] = node.arguments;
  switch (name.text) {
    case 'imul':
      value(code, first, 'signed');
      value(code, second, 'signed');
      emit(code, OP.i32Mul);
      return 'signed';
    case 'min':
      for (const operand of [first, second, first, second]) value(code, operand, 'signed');
      emit(code, OP.i32LtS, OP.select);
      return 'signed';
    case 'clz32':
      value(code, first, 'signed');
      emit(code, OP.i32Clz);
      return 'signed';
    case 'ceil':
      value(code, first, 'wide');
      emit(code, OP.f64Ceil);
      return 'wide';
    default:
      throw refuse(code, node, 'no such function');
  }
}

/** `view.getInt32(at, true)` and its like; the addresses need not be even. */
function callView(code: Code, node: ts.CallExpression, value: Value): Type | undefined {
  const { expression: view, name } = node.expression as ts.PropertyAccessExpression;
  const array = code.target.arrays.get((view as ts.PropertyAccessExpression).name.text);
  if (array === undefined) throw refuse(code, node, 'no such view');
  const [at, stored] = node.arguments;
  emitIndexed(code, OP.globalGet, array.index);
  value(code, at, 'signed');
  emit(code, OP.i32Add);
  switch (name.text) {
    case 'getInt32':
      emit(code, OP.i32Load, 0, 0);
      return 'signed';
    case 'setInt32':
      value(code, stored, 'signed');
      emit(code, OP.i32Store, 0, 0);
      return undefined;
    case 'setUint8':
      value(code, stored, 'signed');
      emit(code, OP.i32Store8, 0, 0);
      return undefined;
    default:
      throw refuse(code, node, 'no such access');
  }
}
