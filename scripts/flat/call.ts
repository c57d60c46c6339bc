// Compiles calls: of functions, of the host's methods, of views and of Math.
import ts from 'typescript';
import { type Code, refuse, type Type, typeOfAnnotation } from './code.ts';
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
  code.body.call('call', code.target.functionIndex(found.source, found.node));
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
  code.body.call('call', host.index);
  if (host.type !== 'never') return undefined;
  code.body.op('unreachable');
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
      code.body.op('i32.mul');
      return 'signed';
    case 'min':
      for (const operand of [first, second, first, second]) value(code, operand, 'signed');
      code.body.op('i32.lt_s').op('select');
      return 'signed';
    case 'clz32':
      value(code, first, 'signed');
      code.body.op('i32.clz');
      return 'signed';
    case 'ceil':
      return quotient(code, first, value);
    default:
      throw refuse(code, node, 'no such function');
  }
}

/** `Math.ceil(a / b)` of wide numbers without a sign: `(a + b - 1) / b`. */
function quotient(code: Code, node: ts.Expression, value: Value): Type {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.SlashToken) {
    throw refuse(code, node, 'is no quotient');
  }
  value(code, node.left, 'wide');
  value(code, node.right, 'wide');
  code.body.op('i64.add').i64(1n).op('i64.sub');
  value(code, node.right, 'wide');
  code.body.op('i64.div_u');
  return 'wide';
}

/** `view.getInt32(at, true)` and its like; the addresses need not be even. */
function callView(code: Code, node: ts.CallExpression, value: Value): Type | undefined {
  const { expression: view, name } = node.expression as ts.PropertyAccessExpression;
  const array = code.target.arrays.get((view as ts.PropertyAccessExpression).name.text);
  if (array === undefined) throw refuse(code, node, 'no such view');
  const [at, stored] = node.arguments;
  code.body.global('global.get', array.index);
  value(code, at, 'signed');
  code.body.op('i32.add');
  switch (name.text) {
    case 'getInt32':
      code.body.memory('i32.load');
      return 'signed';
    case 'setInt32':
      value(code, stored, 'signed');
      code.body.memory('i32.store');
      return undefined;
    case 'setUint8':
      value(code, stored, 'signed');
      code.body.memory('i32.store8');
      return undefined;
    default:
      throw refuse(code, node, 'no such access');
  }
}
