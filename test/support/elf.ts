import type { Endian } from '../../src/base/index.ts';
import { ByteWriter, encodeUtf8 } from '../../src/base/index.ts';

export interface ElfInputSection {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly addralign?: number;
  readonly entsize?: number;
  readonly link?: number;
  readonly info?: number;
  readonly data?: Uint8Array;
  /** For NOBITS. */
  readonly size?: number;
}

export interface ElfInputSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly bind: number;
  readonly type: number;
  readonly visibility: number;
  readonly section: number;
}

export interface ElfInputRelocation {
  readonly target: number;
  readonly offset: number;
  readonly type: number;
  /** Index of the symbol; the first of `symbols` is 1. */
  readonly symbol: number;
  readonly addend?: bigint;
}

export interface ElfInput {
  readonly endian?: Endian;
  /** Become sections 1, 2, ... */
  readonly sections: readonly ElfInputSection[];
  readonly symbols?: readonly ElfInputSymbol[];
  readonly relocations?: readonly ElfInputRelocation[];
  /** Names that end alike share their bytes, as linkers do; the longest must come first. */
  readonly shareTails?: boolean;
}

class Names {
  #text = '\0';
  readonly #share: boolean;
  constructor(share: boolean) {
    this.#share = share;
  }
  add(name: string): number {
    const known = this.#share ? this.#text.indexOf(`${name}\0`) : -1;
    if (known >= 0) return known;
    const at = this.#text.length;
    this.#text += `${name}\0`;
    return at;
  }
  bytes(): Uint8Array {
    return encodeUtf8(this.#text);
  }
}

/** A relocatable ELF file for tests: the given sections, then relocations, symbols and the two string tables. */
export function buildElf(input: ElfInput): Uint8Array {
  const endian = input.endian ?? 'little';
  const sections: ElfInputSection[] = [{ name: '', type: 0, data: new Uint8Array(0) }, ...input.sections];
  const targets = new Set((input.relocations ?? []).map(({ target }) => target));
  const symtabAt = sections.length + targets.size;
  for (const target of targets) {
    const rows = (input.relocations ?? []).filter((row) => row.target === target);
    const rela = rows.some((row) => row.addend !== undefined);
    const data = new ByteWriter(endian);
    for (const row of rows) {
      data.u64(BigInt(row.offset)).u64((BigInt(row.symbol) << 32n) | BigInt(row.type));
      if (rela) data.u64(row.addend ?? 0n);
    }
    sections.push({
      name: `${rela ? '.rela' : '.rel'}${sections[target].name}`,
      type: rela ? 4 : 9,
      entsize: rela ? 24 : 16,
      link: symtabAt,
      info: target,
      data: data.toBytes(),
    });
  }
  sections.push(...symbolSections(input.symbols ?? [], symtabAt, endian));
  return layOut(sections, endian, input.shareTails ?? false);
}

function symbolSections(symbols: readonly ElfInputSymbol[], symtabAt: number, endian: Endian): ElfInputSection[] {
  const names = new Names(false);
  const table = new ByteWriter(endian).zeros(24);
  const wide = new ByteWriter(endian).zeros(4);
  const needsWide = symbols.some(({ section }) => section >= 0xff00);
  for (const symbol of symbols) {
    table
      .u32(names.add(symbol.name))
      .u8((symbol.bind << 4) | symbol.type)
      .u8(symbol.visibility);
    table
      .u16(symbol.section >= 0xff00 ? 0xffff : symbol.section)
      .u64(BigInt(symbol.value))
      .u64(BigInt(symbol.size));
    wide.u32(symbol.section >= 0xff00 ? symbol.section : 0);
  }
  return [
    { name: '.symtab', type: 2, link: symtabAt + 1, info: 1, entsize: 24, addralign: 8, data: table.toBytes() },
    { name: '.strtab', type: 3, data: names.bytes() },
    ...(needsWide ? [{ name: '.symtab_shndx', type: 18, link: symtabAt, entsize: 4, data: wide.toBytes() }] : []),
  ];
}

function layOut(given: readonly ElfInputSection[], endian: Endian, shareTails: boolean): Uint8Array {
  const names = new Names(shareTails);
  const sections = [...given, { name: '.shstrtab', type: 3 } as ElfInputSection];
  const nameOffsets = sections.map(({ name }) => names.add(name));
  const body = new ByteWriter(endian).zeros(64);
  const rows = sections.map((section, index) => {
    const data = index === sections.length - 1 ? names.bytes() : (section.data ?? new Uint8Array(0));
    body.align(8);
    const offset = body.length;
    if (section.type !== 8) body.raw(data);
    return { ...section, offset, size: section.type === 8 ? (section.size ?? 0) : data.length };
  });
  body.align(8);
  const tableAt = body.length;
  const large = rows.length >= 0xff00;
  rows.forEach((row, index) => {
    const extended = large && index === 0;
    body
      .u32(nameOffsets[index])
      .u32(row.type)
      .u64(BigInt(row.flags ?? 0))
      .u64(0n);
    body.u64(BigInt(index === 0 ? 0 : row.offset)).u64(BigInt(extended ? rows.length : row.size));
    body.u32(extended ? rows.length - 1 : (row.link ?? 0)).u32(row.info ?? 0);
    body.u64(BigInt(row.addralign ?? (index === 0 ? 0 : 1))).u64(BigInt(row.entsize ?? 0));
  });
  const file = body.toBytes();
  const header = new ByteWriter(endian).raw(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, endian === 'little' ? 1 : 2, 1));
  header.zeros(9).u16(1).u16(247).u32(1).u64(0n).u64(0n).u64(BigInt(tableAt)).u32(0);
  header
    .u16(64)
    .u16(0)
    .u16(0)
    .u16(64)
    .u16(large ? 0 : rows.length)
    .u16(large ? 0xffff : rows.length - 1);
  file.set(header.toBytes());
  return file;
}
