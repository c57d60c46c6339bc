// Compiles one function: its parameters and statements.
import ts from 'typescript';
import { FunctionBody } from '../../src/wasm/index.ts';
import { type Code, declareLocal, refuse, type Target, type Type, typeOfAnnotation } from './code.ts';
import { effect, value } from './expression.ts';
import { parametersOf } from './parameters.ts';
import { constantOf, type Source } from './source.ts';

export function compileFunction(target: Target, source: Source, node: ts.FunctionDeclaration): FunctionBody {
  const { record, values } = parametersOf(source, node);
  const result = typeOfAnnotation(node.type!);
  const parameters = new Map(values.map(({ name, type }, index) => [name, { index, type }]));
  const body = new FunctionBody(values.length);
  const code: Code = { target, source, body, record, result, scopes: [parameters], breakBlock: -1, continueBlock: -1 };
  block(code, node.body!);
  if (result !== undefined) body.op('unreachable');
  return body;
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
  else if (ts.isBreakStatement(node)) code.body.branch('br', code.breakBlock);
  else if (ts.isContinueStatement(node)) code.body.branch('br', code.continueBlock);
  else throw refuse(code, node, 'no such statement');
}

function variables(code: Code, { declarations }: ts.VariableDeclarationList): void {
  for (const { name, type, initializer } of declarations) {
    if (!ts.isIdentifier(name) || initializer === undefined) throw refuse(code, name, 'a variable needs a value');
    const wanted: Type | undefined = type && typeOfAnnotation(type);
    const found = value(code, initializer, wanted);
    code.body.set(declareLocal(code, name.text, found));
  }
}

function returnStatement(code: Code, { expression }: ts.ReturnStatement): void {
  if (expression !== undefined) {
    if (code.result === undefined) effect(code, expression);
    else value(code, expression, code.result);
  }
  code.body.op('return');
}

function ifStatement(code: Code, { expression, thenStatement, elseStatement }: ts.IfStatement): void {
  value(code, expression);
  code.body.open('if');
  compileStatement(code, thenStatement);
  if (elseStatement !== undefined) {
    code.body.op('else');
    compileStatement(code, elseStatement);
  }
  code.body.end();
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
function loop(code: Code, { condition, body: statement, next }: Loop): void {
  const { body, breakBlock, continueBlock } = code;
  code.breakBlock = body.open('block');
  const again = body.open('loop');
  if (condition !== undefined) {
    value(code, condition);
    body.op('i32.eqz').branch('br_if', code.breakBlock);
  }
  code.continueBlock = body.open('block');
  compileStatement(code, statement);
  body.end();
  if (next !== undefined) effect(code, next);
  body.branch('br', again).end().end();
  code.breakBlock = breakBlock;
  code.continueBlock = continueBlock;
}

/** A block for each group of cases inside the next, and a table of jumps in the innermost. */
function switchStatement(code: Code, { expression, caseBlock }: ts.SwitchStatement): void {
  const { body, breakBlock } = code;
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
  code.breakBlock = body.open('block');
  // The block of the first group is the innermost.
  const blocks = groups.map(() => body.open('block')).reverse();
  value(code, expression);
  body.branchTable([...targets, fallback].map((group) => blocks[group] ?? code.breakBlock));
  for (const { statements } of groups) {
    body.end();
    code.scopes.push(new Map());
    for (const statement of statements) compileStatement(code, statement);
    code.scopes.pop();
  }
  body.end();
  code.breakBlock = breakBlock;
}
