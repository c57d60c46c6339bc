import type { ModuleBuilder, ValueType } from '../../wasm/index.ts';
import { PARAMS } from './registers.ts';

/** A function of the kernel that compiled code calls. */
export type JitImport =
  | { readonly kind: 'helper'; readonly id: number }
  | { readonly kind: 'kfunc'; readonly btfId: number; readonly offset: number }
  | { readonly kind: keyof typeof ENGINE };

/** What compiled code asks of the engine, with its types. */
export const ENGINE = {
  /** Address, bytes: the offset of what may be read there, or -1. */
  probe: { params: ['i64', 'i32'], results: ['i32'] },
  /** Frame, offset in the packet, bytes: what is there, or -1. */
  packet: { params: ['i32', 'i32', 'i32'], results: ['i64'] },
  /** Frame, context, map, index: the slot of the table to go on with, or -1. */
  tail: { params: ['i32', 'i64', 'i64', 'i64'], results: ['i32'] },
  /** Frame, whether it is the frame's first time: how often `may_goto` may go round, 0 for not at all. */
  passes: { params: ['i32', 'i32'], results: ['i32'] },
  /** Arena accesses: fetches the page under an offset of the memory. */
  touch: { params: ['i32', 'i32'], results: [] },
} as const satisfies Record<string, { params: readonly ValueType[]; results: readonly ValueType[] }>;

/** The functions that a module imports, in the order in which they were asked for. */
export class JitImports {
  readonly #module: ModuleBuilder;
  readonly #indexes = new Map<string, number>();
  readonly list: { readonly name: string; readonly what: JitImport }[] = [];

  constructor(module: ModuleBuilder) {
    this.#module = module;
  }

  /** A function that takes the frame and `count` of R1 to R5, and gives R0. */
  called(what: JitImport & { kind: 'helper' | 'kfunc' }, count: number): number {
    const name = what.kind === 'helper' ? `helper ${what.id}` : `kfunc ${what.btfId} ${what.offset}`;
    return this.#index(name, what, () => this.#module.type(PARAMS.slice(0, 1 + count), ['i64']));
  }

  engine(kind: keyof typeof ENGINE): number {
    const { params, results } = ENGINE[kind];
    return this.#index(kind, { kind }, () => this.#module.type(params, results));
  }

  #index(name: string, what: JitImport, type: () => number): number {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.#module.importFunction('kernel', name, type());
      this.#indexes.set(name, index);
      this.list.push({ name, what });
    }
    return index;
  }
}
