// Reads the sources that compile.ts compiles: which functions, constants and record types a name leads to.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What stands at the top of one file, by name. */
export interface Source {
  readonly path: string;
  readonly file: ts.SourceFile;
  readonly functions: ReadonlyMap<string, ts.FunctionDeclaration>;
  readonly constants: ReadonlyMap<string, ts.Expression>;
  readonly interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>;
  /** Where what it imports comes from. */
  readonly imports: ReadonlyMap<string, { readonly path: string; readonly name: string; readonly isType: boolean }>;
}

const sources = new Map<string, Source>();

export function readSource(path: string): Source {
  const known = sources.get(path);
  if (known !== undefined) return known;
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023, true);
  const functions = new Map<string, ts.FunctionDeclaration>();
  const constants = new Map<string, ts.Expression>();
  const interfaces = new Map<string, ts.InterfaceDeclaration>();
  const imports = new Map<string, { path: string; name: string; isType: boolean }>();
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement)) functions.set(statement.name!.text, statement);
    else if (ts.isInterfaceDeclaration(statement)) interfaces.set(statement.name.text, statement);
    else if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && initializer !== undefined) constants.set(name.text, initializer);
      }
    } else if (ts.isImportDeclaration(statement)) readImports(statement, path, imports);
  }
  const source = { path, file, functions, constants, interfaces, imports };
  sources.set(path, source);
  return source;
}

function readImports(
  { importClause, moduleSpecifier }: ts.ImportDeclaration,
  path: string,
  imports: Map<string, { path: string; name: string; isType: boolean }>,
): void {
  const from = (moduleSpecifier as ts.StringLiteral).text;
  const names = importClause?.namedBindings;
  if (!from.startsWith('.') || importClause === undefined || names === undefined || !ts.isNamedImports(names)) return;
  for (const { name, propertyName, isTypeOnly } of names.elements) {
    const isType = isTypeOnly || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword;
    imports.set(name.text, { path: join(dirname(path), from), name: (propertyName ?? name).text, isType });
  }
}

/** What a name of one kind means in a file, and the file where that stands. */
export function lookUp<K extends 'functions' | 'constants' | 'interfaces'>(
  source: Source,
  kind: K,
  name: string,
): { source: Source; node: Source[K] extends ReadonlyMap<string, infer N> ? N : never } | undefined {
  const node = source[kind].get(name);
  if (node !== undefined) return { source, node: node as never };
  const imported = source.imports.get(name);
  return imported && lookUp(readSource(imported.path), kind, imported.name);
}

/** The number that an expression always is, if so. */
export function constantOf(source: Source, node: ts.Expression): number | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return constantOf(source, node.expression);
  if (ts.isIdentifier(node)) {
    const found = lookUp(source, 'constants', node.text);
    return found && constantOf(found.source, found.node);
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const found = lookUp(source, 'constants', node.expression.text);
    if (found === undefined) return undefined;
    const table = ts.isAsExpression(found.node) ? found.node.expression : found.node;
    if (!ts.isObjectLiteralExpression(table)) return undefined;
    const row = table.properties.find((property) => property.name?.getText() === node.name.text);
    return row && ts.isPropertyAssignment(row) ? constantOf(found.source, row.initializer) : undefined;
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = constantOf(source, node.operand);
    return value === undefined ? undefined : -value;
  }
  if (ts.isBinaryExpression(node)) {
    const left = constantOf(source, node.left);
    const right = constantOf(source, node.right);
    return left === undefined || right === undefined ? undefined : fold(node.operatorToken.kind, left, right);
  }
  return undefined;
}

function fold(operator: ts.SyntaxKind, left: number, right: number): number | undefined {
  switch (operator) {
    case ts.SyntaxKind.PlusToken:
      return left + right;
    case ts.SyntaxKind.AsteriskToken:
      return left * right;
    case ts.SyntaxKind.BarToken:
      return left | right;
    default:
      return undefined;
  }
}
