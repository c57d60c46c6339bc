import { decodeUtf8 } from '../../base/index.ts';
import type { Btf } from '../btf.ts';
import type { BtfId } from '../model.ts';
import { CPrinter } from './printer.ts';

/** How one declaration is printed. */
export interface CDeclarationStyle {
  /** Tabs before the lines inside an anonymous struct, less one; default 0. */
  readonly level?: number;
  /** Leaves out `const`, `volatile`, `restrict` and type tags, at every level; default false. */
  readonly withoutModifiers?: boolean;
}

/**
 * Prints single declarations in C: a named type by its name, an anonymous one in full. One printer is for one text: as
 * in a dump, the second type of a name is `name___2`.
 * @see tools/lib/bpf/btf.h, btf_dump__emit_type_decl (v6.12)
 */
export class CDeclarer {
  readonly #printer: CPrinter;

  constructor(btf: Btf) {
    this.#printer = new CPrinter(btf);
  }

  /**
   * @param name what is declared; empty for the type alone
   * @returns without a semicolon: `struct foo *name`, `char name[16]`, `union { … } name`
   * @throws {BtfError} `BTF_TOO_DEEP`, `BTF_TOO_MUCH_TEXT`
   */
  declaration(id: BtfId, name: string, { level = 0, withoutModifiers = false }: CDeclarationStyle = {}): string {
    const start = this.#printer.text().length;
    this.#printer.declareAs(id, name, { level, withoutModifiers });
    return decodeUtf8(this.#printer.text().subarray(start));
  }
}
