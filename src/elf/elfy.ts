import elfy from 'elfy';
import { SHT_NOBITS, SHT_STRTAB } from './constants.ts';
import type { ElfHeader, SectionHeader } from './header.ts';

/** What elfy tells of one section. */
export interface ListedSection {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly data: Uint8Array;
}

/** Above this the names that elfy cuts without a limit could fill the memory; no BPF object comes near. */
const MAX_NAME_TABLE = 64 * 1024;

/**
 * The sections as elfy lists them; undefined where it would fail or misread the file: more sections than the header can
 * count, a name table that it does not take, program headers (it slices them unchecked), or no `Buffer` to read from.
 * The header and every section's bounds have been checked before.
 */
export function listWithElfy(
  bytes: Uint8Array,
  header: ElfHeader,
  rows: readonly SectionHeader[],
): readonly ListedSection[] | undefined {
  if (!header.plainCounts || header.programCount !== 0 || typeof globalThis.Buffer === 'undefined') return undefined;
  const names = rows[header.nameTable];
  if (names === undefined || names.type !== SHT_STRTAB || names.size > MAX_NAME_TABLE) return undefined;
  const file = globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { sections } = elfy.parse(file).body;
  return sections.map(({ name, off, size, link, info }, index) => ({
    name,
    offset: off,
    size,
    link,
    info,
    // elfy gives a NOBITS section whatever bytes stand at its offset.
    data:
      rows[index].type === SHT_NOBITS || rows[index].type === 0
        ? bytes.subarray(0, 0)
        : bytes.subarray(off, off + size),
  }));
}
