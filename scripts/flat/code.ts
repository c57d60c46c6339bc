// What the compiler knows while it is in a function, and its ways to say that something cannot be compiled.
import type ts from 'typescript';
import type { FunctionBody, ValueType } from '../../src/wasm/index.ts';
import type { Source } from './source.ts';

/** What the module has for a function's code to refer to. */
export interface Target {
  readonly arrays: ReadonlyMap<string, { readonly index: number; readonly type: string }>;
  /** Index of the global. */
  readonly variables: ReadonlyMap<string, number>;
  readonly imports: ReadonlyMap<string, { readonly index: number; readonly type: string }>;
  functionIndex(source: Source, node: ts.FunctionDeclaration): number;
}

/** Type of a value in the source: an integer with or without a sign, a wide number, a byte array. */
export type Type = 'signed' | 'unsigned' | 'wide' | 'bytes';

export const valueType = (type: Type): ValueType => (type === 'wide' ? 'i64' : 'i32');

export interface Local {
  readonly index: number;
  readonly type: Type;
}

/** The code of one function as it grows. */
export interface Code {
  readonly target: Target;
  readonly source: Source;
  readonly body: FunctionBody;
  /** Name of the parameter that is the record; undefined if there is none. */
  record: string | undefined;
  result: Type | undefined;
  /** By name, the innermost block last. */
  readonly scopes: Map<string, Local>[];
  /** Blocks of WebAssembly that `break` and `continue` leave. */
  breakBlock: number;
  continueBlock: number;
}

/** A new variable of the innermost block. @returns its index */
export function declareLocal(code: Code, name: string, type: Type): number {
  const index = code.body.local(valueType(type));
  code.scopes.at(-1)!.set(name, { index, type });
  return index;
}

export function findLocal(code: Code, name: string): Local | undefined {
  return code.scopes.findLast((scope) => scope.has(name))?.get(name);
}

/** The type that an annotation means; undefined for the record and for nothing. */
export function typeOfAnnotation(node: ts.TypeNode): Type | undefined {
  switch (node.getText()) {
    case 'number':
    case 'boolean':
    case 'BtfId':
      return 'signed';
    case 'Wide':
      return 'wide';
    case 'Uint8Array':
      return 'bytes';
    default:
      return undefined;
  }
}

/** The error that ends the build. */
export function refuse(code: Code, node: ts.Node, why: string): TypeError {
  const { line } = code.source.file.getLineAndCharacterOfPosition(node.getStart());
  return new TypeError(`${code.source.path}:${line + 1}: ${why}: ${node.getText()}`);
}
