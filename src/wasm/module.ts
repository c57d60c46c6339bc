import { encodeUtf8, invariant } from '../base/index.ts';
import type { FunctionBody } from './body.ts';
import { Encoder } from './encoding.ts';
import { type FunctionType, VALUE_TYPES, type ValueType } from './value-types.ts';

/** Section numbers, in the order in which they stand. */
export const SECTION = {
  CUSTOM: 0,
  TYPE: 1,
  IMPORT: 2,
  FUNCTION: 3,
  EXPORT: 7,
  CODE: 10,
} as const;

/** Kinds of imports and exports. */
export const KIND = { FUNCTION: 0, TABLE: 1, MEMORY: 2, GLOBAL: 3 } as const;

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const FUNCTION_TYPE = 0x60;
const NAMES_OF_FUNCTIONS = 1;

interface Defined {
  readonly type: number;
  readonly name: string;
  body: FunctionBody | undefined;
}

/** A memory that is imported. */
export interface MemoryImport {
  /** Pages of 64 KiB. */
  readonly minimum: number;
  readonly maximum: number;
  readonly shared: boolean;
}

/**
 * A module as it is made: what it imports, then its functions. Functions are known by their index, imported ones first;
 * a function may be called before its body is there.
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
export class ModuleBuilder {
  readonly #types: FunctionType[] = [];
  readonly #typeByText = new Map<string, number>();
  readonly #imports: { module: string; name: string; kind: number; rest: Uint8Array }[] = [];
  readonly #importedFunctions: string[] = [];
  readonly #functions: Defined[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  #importedGlobals = 0;

  /** The index of a type. */
  type(params: readonly ValueType[], results: readonly ValueType[]): number {
    const text = `${params}:${results}`;
    const known = this.#typeByText.get(text);
    if (known !== undefined) return known;
    const index = this.#types.push({ params, results }) - 1;
    this.#typeByText.set(text, index);
    return index;
  }

  /** @returns the function's index */
  importFunction(module: string, name: string, type: number): number {
    invariant(this.#functions.length === 0, 'imported functions come before the module’s own');
    this.#imports.push({ module, name, kind: KIND.FUNCTION, rest: new Encoder().unsigned(type).bytes() });
    return this.#importedFunctions.push(name) - 1;
  }

  importMemory(module: string, name: string, { minimum, maximum, shared }: MemoryImport): void {
    const rest = new Encoder()
      .byte(shared ? 3 : 1)
      .unsigned(minimum)
      .unsigned(maximum);
    this.#imports.push({ module, name, kind: KIND.MEMORY, rest: rest.bytes() });
  }

  /** A table of functions. */
  importTable(module: string, name: string): void {
    const rest = new Encoder().byte(VALUE_TYPES.funcref).byte(0).unsigned(0);
    this.#imports.push({ module, name, kind: KIND.TABLE, rest: rest.bytes() });
  }

  /** @returns the global's index */
  importGlobal(
    module: string,
    name: string,
    type: ValueType,
    options: { mutable: boolean } = { mutable: false },
  ): number {
    const rest = new Encoder().byte(VALUE_TYPES[type]).byte(options.mutable ? 1 : 0);
    this.#imports.push({ module, name, kind: KIND.GLOBAL, rest: rest.bytes() });
    return this.#importedGlobals++;
  }

  /** Declares a function, whose body follows. @param name for whoever reads it @returns its index */
  declare(type: number, name: string): number {
    return this.#importedFunctions.length + this.#functions.push({ type, name, body: undefined }) - 1;
  }

  define(index: number, body: FunctionBody): void {
    this.#functions[index - this.#importedFunctions.length].body = body;
  }

  exportFunction(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  encode(): Uint8Array {
    const out = new Encoder().raw(new Uint8Array(MAGIC));
    section(out, SECTION.TYPE, this.#types, (into, { params, results }) => {
      into.byte(FUNCTION_TYPE);
      for (const list of [params, results]) {
        into.unsigned(list.length);
        for (const type of list) into.byte(VALUE_TYPES[type]);
      }
    });
    section(out, SECTION.IMPORT, this.#imports, (into, { module, name, kind, rest }) => {
      into.sized(encodeUtf8(module)).sized(encodeUtf8(name)).byte(kind).raw(rest);
    });
    section(out, SECTION.FUNCTION, this.#functions, (into, { type }) => into.unsigned(type));
    section(out, SECTION.EXPORT, this.#exports, (into, { name, index }) => {
      into.sized(encodeUtf8(name)).byte(KIND.FUNCTION).unsigned(index);
    });
    section(out, SECTION.CODE, this.#functions, (into, { name, body }) => {
      invariant(body, `function ${name} has a body`);
      into.sized(body.encode());
    });
    this.#names(out);
    return out.bytes().slice();
  }

  #names(out: Encoder): void {
    const names = [...this.#importedFunctions, ...this.#functions.map(({ name }) => name)];
    const map = new Encoder().unsigned(names.length);
    names.forEach((name, index) => {
      map.unsigned(index).sized(encodeUtf8(name));
    });
    const content = new Encoder().sized(encodeUtf8('name')).byte(NAMES_OF_FUNCTIONS).sized(map.bytes());
    out.byte(SECTION.CUSTOM).sized(content.bytes());
  }
}

function section<T>(out: Encoder, id: number, items: readonly T[], encode: (into: Encoder, item: T) => void): void {
  if (items.length === 0) return;
  const content = new Encoder().unsigned(items.length);
  for (const item of items) encode(content, item);
  out.byte(id).sized(content.bytes());
}
