import type { BtfId } from '../../btf/index.ts';
import type { NewElfSymbol } from '../../elf/index.ts';
import type { OutputSection, OutputVar } from './output-sections.ts';
import type { TypeRef } from './type-match.ts';

/** A symbol of the linked file; later files may change what it says. */
export type OutputSymbol = { -readonly [K in keyof NewElfSymbol]: NewElfSymbol[K] };

/** What one file says of a global. */
export interface Claim {
  readonly file: string;
  readonly is: 'definition' | 'extern';
  readonly weak: boolean;
  /**
   * What became of it: `taken`, its definition counts; `overridden`, it counted until a later file had a strong one;
   * `lost`, a weak one that came too late; `refers`, an extern.
   */
  outcome: 'taken' | 'overridden' | 'lost' | 'refers';
}

/** The type of a global in the linked BTF. */
export interface LinkedType {
  /** VAR or FUNC there. */
  readonly id: BtfId;
  /** What it refers to there: the prototype of a FUNC, the type of a VAR. */
  referred: BtfId;
  /** The VAR or FUNC of the file that its type comes from. */
  origin: TypeRef;
  /** Its entry in the DATASEC of a section; undefined where none lists it. */
  listed: { readonly section: OutputSection; readonly entry: OutputVar } | undefined;
}

/** A symbol that several files may name. */
export interface Global {
  readonly name: string;
  /** Index of its symbol. */
  readonly index: number;
  readonly symbol: OutputSymbol;
  /** Where its DATASEC or definition is; undefined for an extern that nothing says the section of. */
  section: OutputSection | undefined;
  isExtern: boolean;
  isWeak: boolean;
  /** Undefined until the BTF of the first file that names it is merged. */
  type: LinkedType | undefined;
  /** The type shall come from the file that is being linked: it has the definition that counts. */
  retype: boolean;
  readonly claims: Claim[];
}
