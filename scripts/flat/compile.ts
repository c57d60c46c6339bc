/**
 * Compiles functions of TypeScript to WebAssembly: those that work on one flat record of typed arrays and numbers, such
 * as `CTables` of the C printer. They mean the same in both forms as long as they keep to these rules:
 * - The first parameter may be the record. Its arrays, in the memory, begin where the host says; its numbers and booleans
 *   are variables of the module; its methods are the host's.
 * - A number is an integer of 32 bits, with a sign but after `>>> 0`; arithmetic does not leave these bits, or says so
 *   (`Math.imul`, `| 0`). A `Wide` number is one of 64 bits, that stays below 2^53. Division is written
 *   `(a / b) | 0`, of wide numbers `Math.ceil(a / b)`.
 * - Other parameters are numbers, booleans, byte arrays of the record, or one object that is taken apart in place.
 * - A function with a parameter of text is not compiled: its calls, with constant text, are written out (text-calls.ts).
 * What lies outside of that ends the build with the place.
 */
import ts from 'typescript';
import { ModuleBuilder, type ValueType } from '../../src/wasm/index.ts';
import { type Target, typeOfAnnotation, valueType } from './code.ts';
import { compileFunction } from './function.ts';
import { parametersOf } from './parameters.ts';
import { lookUp, readSource, type Source } from './source.ts';

/** A compiled record with its functions, and what the host needs to run it. */
export interface FlatImage {
  readonly code: Uint8Array;
  /** Arrays of the record in the order in which they lie in memory. */
  readonly arrays: readonly { readonly name: string; readonly type: string }[];
  /** Its numbers and booleans. */
  readonly variables: readonly { readonly name: string; readonly type: string }[];
}

export interface FlatOptions {
  /** The module whose imported functions are compiled, with all that they call. */
  readonly path: string;
  /** Name of the record's interface, which it imports. */
  readonly record: string;
}

const ARRAYS = ['Int32Array', 'Uint8Array', 'DataView'];

/** Pages that a module may have at most: all that it can address. */
const PAGES_MAX = 0x1_0000;

/** One function to be compiled. */
interface Job {
  readonly source: Source;
  readonly node: ts.FunctionDeclaration;
  readonly index: number;
}

export function compileFlat({ path, record }: FlatOptions): FlatImage {
  const entry = readSource(path);
  const fields = recordFields(entry, record);
  const arrays = fields.filter(({ type }) => ARRAYS.includes(type));
  const variables = fields.filter(({ type }) => type === 'number' || type === 'boolean');
  const module = new ModuleBuilder();
  module.importMemory('host', 'memory', { minimum: 0, maximum: PAGES_MAX, shared: false });
  const jobs = new Map<ts.FunctionDeclaration, Job>();
  const target: Target = {
    arrays: new Map(arrays.map(({ name, type }) => [name, { index: module.importGlobal('host', name, 'i32'), type }])),
    variables: new Map(
      variables.map(({ name }) => [name, module.importGlobal('host', name, 'i32', { mutable: true })]),
    ),
    imports: new Map(
      fields
        .filter(({ params }) => params !== undefined)
        .map(({ name, type, params }) => [
          name,
          { index: module.importFunction('host', name, module.type(params ?? [], [])), type },
        ]),
    ),
    functionIndex: (source, node) => {
      let job = jobs.get(node);
      if (job === undefined) {
        job = { source, node, index: module.declare(signature(module, source, node), node.name!.text) };
        jobs.set(node, job);
      }
      return job.index;
    },
  };
  for (const [name, { isType }] of entry.imports) {
    const found = isType ? undefined : lookUp(entry, 'functions', name);
    if (found !== undefined) module.exportFunction(name, target.functionIndex(found.source, found.node));
  }
  // Those that they call are added as they are found.
  for (const { source, node, index } of jobs.values()) module.define(index, compileFunction(target, source, node));
  return { code: module.encode(), arrays, variables };
}

function signature(module: ModuleBuilder, source: Source, node: ts.FunctionDeclaration): number {
  const params = parametersOf(source, node).values.map(({ type }) => valueType(type));
  const result = typeOfAnnotation(node.type!);
  return module.type(params, result === undefined ? [] : [valueType(result)]);
}

function recordFields(entry: Source, record: string): { name: string; type: string; params?: ValueType[] }[] {
  const found = lookUp(entry, 'interfaces', record);
  if (found === undefined) throw new TypeError(`${entry.path} imports no interface ${record}`);
  return found.node.members.map((member) => {
    const name = member.name!.getText();
    if (ts.isPropertySignature(member)) return { name, type: member.type!.getText() };
    if (!ts.isMethodSignature(member)) throw new TypeError(`${record}.${name} is no field and no method`);
    const params: ValueType[] = member.parameters.map(() => 'i32');
    return { name, type: member.type!.getText(), params };
  });
}
