/**
 * Compiles functions of TypeScript to WebAssembly: those that work on one flat record of typed arrays and numbers, such
 * as `CTables` of the C printer. They mean the same in both forms as long as they keep to these rules:
 * - The first parameter may be the record. Its arrays, in the memory, begin where the host says; its numbers and booleans
 *   are variables of the module; its methods are the host's.
 * - A number is an integer of 32 bits, with a sign but after `>>> 0`; arithmetic does not leave these bits, or says so
 *   (`Math.imul`, `| 0`). A `Wide` number is a double. Division is written `(a / b) | 0`, but for wide numbers.
 * - Other parameters are numbers, booleans, byte arrays of the record, or one object that is taken apart in place.
 * - A function with a parameter of text is not compiled: its calls, with constant text, are written out (text-calls.ts).
 * What lies outside of that ends the build with the place.
 */
import ts from 'typescript';
import type { Target } from './code.ts';
import { encodeModule, type Signature, type ValueType, type WasmFunction } from './encode.ts';
import { compileFunction } from './function.ts';
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

/** One function to be compiled. */
interface Job {
  readonly source: Source;
  readonly node: ts.FunctionDeclaration;
  readonly index: number;
  readonly name: string;
}

export function compileFlat({ path, record }: FlatOptions): FlatImage {
  const entry = readSource(path);
  const fields = recordFields(entry, record);
  const arrays = fields.filter(({ type }) => ARRAYS.includes(type));
  const variables = fields.filter(({ type }) => type === 'number' || type === 'boolean');
  const imports = fields.flatMap(({ name, type, signature }) =>
    signature === undefined ? [] : [{ name, type, ...signature }],
  );

  const jobs = new Map<ts.FunctionDeclaration, Job>();
  const queue: Job[] = [];
  const target: Target = {
    arrays: new Map(arrays.map(({ name, type }, index) => [name, { index, type }])),
    variables: new Map(variables.map(({ name }, i) => [name, arrays.length + i])),
    imports: new Map(imports.map((host, index) => [host.name, { index, ...host }])),
    functionIndex: (source, node) => {
      let job = jobs.get(node);
      if (job === undefined) {
        job = { source, node, index: imports.length + jobs.size, name: node.name!.text };
        jobs.set(node, job);
        queue.push(job);
      }
      return job.index;
    },
  };
  const exported = new Set<ts.FunctionDeclaration>();
  for (const [name, { isType }] of entry.imports) {
    const found = isType ? undefined : lookUp(entry, 'functions', name);
    if (found === undefined) continue;
    exported.add(found.node);
    target.functionIndex(found.source, found.node);
  }
  const functions: WasmFunction[] = [];
  for (const { source, node, name } of queue) {
    functions.push({ name, isExported: exported.has(node), ...compileFunction(target, source, node) });
  }
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  return {
    code: encodeModule({ bases: names(arrays), variables: names(variables), imports, functions }),
    arrays,
    variables,
  };
}

function recordFields(entry: Source, record: string): { name: string; type: string; signature?: Signature }[] {
  const found = lookUp(entry, 'interfaces', record);
  if (found === undefined) throw new TypeError(`${entry.path} imports no interface ${record}`);
  return found.node.members.map((member) => {
    const name = member.name!.getText();
    if (ts.isPropertySignature(member)) return { name, type: member.type!.getText() };
    if (!ts.isMethodSignature(member)) throw new TypeError(`${record}.${name} is no field and no method`);
    const params: ValueType[] = member.parameters.map(() => 'i32');
    return { name, type: member.type!.getText(), signature: { params, result: undefined as ValueType | undefined } };
  });
}
