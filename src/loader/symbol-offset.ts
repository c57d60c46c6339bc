import { ByteReader } from '../base/index.ts';
import { type ElfFile, type ElfSection, parseElf } from '../elf/index.ts';

/** `SHT_SYMTAB` and `SHT_DYNSYM`: a library that was stripped has only the second. */
const SYMBOL_TABLES: readonly number[] = [2, 11];
const SYMBOL_SIZE = 24;
const STT_FUNC = 2;

/** Where in its file a function of an executable or a library begins; undefined where it has none of that name. */
export function symbolOffset(bytes: Uint8Array, name: string): bigint | undefined {
  const elf = parseElf(bytes);
  for (const table of elf.sections) {
    const offset = SYMBOL_TABLES.includes(table.type) ? findFunction(elf, table, name) : undefined;
    if (offset !== undefined) return offset;
  }
  return undefined;
}

function findFunction(elf: ElfFile, table: ElfSection, name: string): bigint | undefined {
  const strings = elf.sections[table.link];
  if (strings === undefined) return undefined;
  const reader = new ByteReader(table.data, elf.endian);
  const names = new ByteReader(strings.data, elf.endian);
  for (let at = 0; at + SYMBOL_SIZE <= reader.length; at += SYMBOL_SIZE) {
    const section = elf.sections[reader.u16(at + 6)];
    const isFunction = (reader.u8(at + 4) & 15) === STT_FUNC && reader.u16(at + 6) !== 0;
    if (!isFunction || section === undefined || names.cString(reader.u32(at)) !== name) continue;
    return reader.u64(at + 8) - section.addr + BigInt(section.offset);
  }
  return undefined;
}
