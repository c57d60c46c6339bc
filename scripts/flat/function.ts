// Compiles one function: its parameters and statements.
import ts from 'typescript';
import {
  type Code,
  declareLocal,
  emit,
  emitIndexed,
  refuse,
  type Target,
  type Type,
  typeOfAnnotation,
  valueType,
} from './code.ts';
import { EMPTY, OP, unsigned, type WasmFunction } from './encode.ts';
import { effect, value } from './expression.ts';
import { parametersOf } from './parameters.ts';
import { constantOf, type Source } from './source.ts';

export function compileFunction(
  target: Target,
  source: Source,
  node: ts.FunctionDeclaration,
): Omit<WasmFunction, 'name' | 'isExported'> {
  const result = typeOfAnnotation(node.type!);
  const scopes = [new Map()];
  const code: Code = {
    ...{ target, source, out: [], record: undefined, result, scopes, locals: [] },
    ...{ depth: 0, breakDepth: -1, continueDepth: -1 },
  };
  const { record, values } = parametersOf(source, node);
  code.record = record;
  for (const { name, type } of values) declareLocal(code, name, type);
  block(code, node.body!);
  if (result !== undefined) emit(code, OP.unreachable);
  return {
    params: code.locals.slice(0, values.length),
    result: result && valueType(result),
    locals: code.locals.slice(values.length),
    body: code.out,
  };
}

function block(code: Code, node: ts.Block): void {
  code.scopes.push(new Map());
  for (const statement of node.statements) compileStatement(code, statement);
  code.scopes.pop();
}

function compileStatement(code: Code, node: ts.Statement): void {
  if (ts.isBlock(node)) block(code, node);
  else if (ts.isExpressionStatement(node)) effect(code, node.expression);
  else if (ts.isVariableStatement(node)) variables(code, node.declarationList);
  else if (ts.isReturnStatement(node)) returnStatement(code, node);
  else if (ts.isIfStatement(node)) ifStatement(code, node);
  else if (ts.isForStatement(node)) forStatement(code, node);
  else if (ts.isWhileStatement(node)) loop(code, { condition: node.expression, body: node.statement });
  else if (ts.isSwitchStatement(node)) switchStatement(code, node);
  else if (ts.isBreakStatement(node)) leave(code, code.breakDepth);
  else if (ts.isContinueStatement(node)) leave(code, code.continueDepth);
  else throw refuse(code, node, 'no such statement');
}

function leave(code: Code, depth: number): void {
  emitIndexed(code, OP.br, code.depth - depth);
}

function variables(code: Code, { declarations }: ts.VariableDeclarationList): void {
  for (const { name, type, initializer } of declarations) {
    if (!ts.isIdentifier(name) || initializer === undefined) throw refuse(code, name, 'a variable needs a value');
    const wanted: Type | undefined = type && typeOfAnnotation(type);
    const found = value(code, initializer, wanted);
    emitIndexed(code, OP.localSet, declareLocal(code, name.text, found));
  }
}

function returnStatement(code: Code, { expression }: ts.ReturnStatement): void {
  if (expression !== undefined) {
    if (code.result === undefined) effect(code, expression);
    else value(code, expression, code.result);
  }
  emit(code, OP.return);
}

function ifStatement(code: Code, { expression, thenStatement, elseStatement }: ts.IfStatement): void {
  value(code, expression);
  open(code, OP.if);
  compileStatement(code, thenStatement);
  if (elseStatement !== undefined) {
    emit(code, OP.else);
    compileStatement(code, elseStatement);
  }
  close(code);
}

function forStatement(code: Code, node: ts.ForStatement): void {
  const { initializer, condition, incrementor, statement } = node;
  code.scopes.push(new Map());
  if (initializer !== undefined && ts.isVariableDeclarationList(initializer)) variables(code, initializer);
  loop(code, { condition, body: statement, next: incrementor });
  code.scopes.pop();
}

interface Loop {
  readonly condition?: ts.Expression;
  readonly body: ts.Statement;
  readonly next?: ts.Expression;
}

/** block { loop { leave unless condition; block { body }; next; again } } */
function loop(code: Code, { condition, body, next }: Loop): void {
  const { breakDepth, continueDepth } = code;
  open(code, OP.block);
  code.breakDepth = code.depth;
  open(code, OP.loop);
  const again = code.depth;
  if (condition !== undefined) {
    value(code, condition);
    emit(code, OP.i32Eqz);
    emitIndexed(code, OP.brIf, code.depth - code.breakDepth);
  }
  open(code, OP.block);
  code.continueDepth = code.depth;
  compileStatement(code, body);
  close(code);
  if (next !== undefined) effect(code, next);
  emitIndexed(code, OP.br, code.depth - again);
  close(code);
  close(code);
  code.breakDepth = breakDepth;
  code.continueDepth = continueDepth;
}

/** A block for each group of cases inside the next, and a table of jumps in the innermost. */
function switchStatement(code: Code, { expression, caseBlock }: ts.SwitchStatement): void {
  const { breakDepth } = code;
  const groups: { readonly labels: number[]; isDefault: boolean; statements: readonly ts.Statement[] }[] = [];
  for (const clause of caseBlock.clauses) {
    let group = groups.at(-1);
    if (group === undefined || group.statements.length > 0) {
      group = { labels: [], isDefault: false, statements: [] };
      groups.push(group);
    }
    group.statements = clause.statements;
    if (ts.isDefaultClause(clause)) {
      group.isDefault = true;
    } else {
      const label = constantOf(code.source, clause.expression);
      if (label === undefined || label < 0 || label > 0xff) throw refuse(code, clause, 'a case is a small constant');
      group.labels.push(label);
    }
  }
  const fallback = groups.findIndex(({ isDefault }) => isDefault);
  const targets = Array.from({ length: Math.max(...groups.flatMap(({ labels }) => labels)) + 1 }, (_, label) => {
    const group = groups.findIndex(({ labels }) => labels.includes(label));
    return group < 0 ? fallback : group;
  });
  open(code, OP.block);
  code.breakDepth = code.depth;
  for (const _ of groups) open(code, OP.block);
  value(code, expression);
  // Without a default, the outermost block is left.
  const jump = (group: number) => unsigned(group < 0 ? groups.length : group);
  emit(code, OP.brTable, ...unsigned(targets.length), ...targets.flatMap(jump), ...jump(fallback));
  for (const { statements } of groups) {
    close(code);
    code.scopes.push(new Map());
    for (const statement of statements) compileStatement(code, statement);
    code.scopes.pop();
  }
  close(code);
  code.breakDepth = breakDepth;
}

function open(code: Code, opcode: number): void {
  emit(code, opcode, EMPTY);
  code.depth++;
}

function close(code: Code): void {
  emit(code, OP.end);
  code.depth--;
}
