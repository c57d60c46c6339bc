import type { ElfSection } from '../../elf/index.ts';
import { SHT_NOBITS, SHT_PROGBITS } from '../../elf/index.ts';
import { errContents, errSections } from './errors.ts';
import type { InputSection, LinkInput } from './input.ts';
import type { OutputSection, OutputSections } from './output-sections.ts';

/** Where a section of an object went. */
export interface Place {
  readonly section: OutputSection;
  /** Where its bytes begin there. */
  readonly offset: number;
}

/** Places by number of the object's section; undefined for what is not linked. */
export type Places = (Place | undefined)[];

/** Every file has these, and only one copy is kept. */
const SINGLE: ReadonlySet<string> = new Set(['license', 'version']);

/**
 * Appends the code and data of an object to the sections of their names.
 * @throws {LinkError} `LINK_SECTION` where they are of another kind, `LINK_CONTENTS` where licenses differ
 */
export function appendSections(input: LinkInput, output: OutputSections): Places {
  return input.sections.map((section) => (isData(section) ? appendSection(input, section, output) : undefined));
}

function isData({ elf, skipped }: InputSection): boolean {
  return !skipped && (elf === undefined || elf.type === SHT_PROGBITS || elf.type === SHT_NOBITS);
}

function appendSection(input: LinkInput, { name, elf }: InputSection, output: OutputSections): Place | undefined {
  const section = output.find(name) ?? output.add(name);
  if (elf === undefined) return { section, offset: 0 };
  if (SINGLE.has(name) && section.kind !== undefined) {
    checkKind(input.file, section, elf);
    checkContents(input.file, section, elf);
    return undefined;
  }
  return { section, offset: extendSection(input.file, { output, section, elf }) };
}

/** Appends a section's bytes to one of its kind. @returns where they begin there */
export function extendSection(
  file: string,
  { output, section, elf }: { output: OutputSections; section: OutputSection; elf: ElfSection },
): number {
  if (section.kind === undefined) output.realise(section, elf);
  else checkKind(file, section, elf);
  return section.append(file, elf);
}

function checkKind(file: string, { name, kind }: OutputSection, elf: ElfSection): void {
  if (kind === undefined) return;
  const rows = [
    ['types', elf.type, kind.type],
    ['flags', elf.flags, kind.flags],
    ['entsize', elf.entsize, kind.entsize],
  ] as const;
  for (const [what, have, want] of rows) {
    if (have !== want) throw errSections({ section: name, file, what, have: `${have}`, want: `${want}` });
  }
}

function checkContents(file: string, section: OutputSection, { data }: ElfSection): void {
  const known = section.toElf().data;
  if (known.length === data.length && known.every((byte, i) => byte === data[i])) return;
  throw errContents({ section: section.name, file, first: section.parts[0].file });
}
