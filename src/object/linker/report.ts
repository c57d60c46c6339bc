import type { Claim, Global } from './globals.ts';
import type { OutputSection, SectionPart } from './output-sections.ts';

/** What was linked, and how symbols were resolved. */
export interface LinkReport {
  readonly sections: readonly LinkedSection[];
  /** Globals and externs, in the order in which they came up. */
  readonly symbols: readonly LinkedSymbol[];
  /** Types of all files together, and after deduplication. */
  readonly types: { readonly before: number; readonly after: number };
}

/** A section of the linked file and what it is made of. */
export interface LinkedSection {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly parts: readonly SectionPart[];
}

/** A global of the linked file. */
export interface LinkedSymbol {
  readonly name: string;
  /** The section that it is defined in; undefined for an extern that no file defines. */
  readonly section: string | undefined;
  readonly weak: boolean;
  /** What each file says of it, and what became of that. */
  readonly claims: readonly Claim[];
}

/** Puts the report together. */
export function linkReport(
  sections: readonly OutputSection[],
  globals: Iterable<Global>,
  types: LinkReport['types'],
): LinkReport {
  return {
    sections: sections.map(({ name, size, parts }) => ({ name, size, parts })),
    symbols: Array.from(globals, ({ name, section, isExtern, isWeak, claims }) => ({
      name,
      section: isExtern ? undefined : section?.name,
      weak: isWeak,
      claims,
    })),
    types,
  };
}
