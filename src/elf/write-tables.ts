import type { Endian } from '../base/index.ts';
import { ByteWriter } from '../base/index.ts';
import { REL_SIZE, SYM_SIZE } from './constants.ts';
import type { ElfRelocation } from './file.ts';
import type { StringTableWriter } from './write-strings.ts';

/** A symbol to be written; `section` is `st_shndx` itself. */
export interface NewElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly bind: number;
  readonly type: number;
  readonly visibility: number;
  readonly section: number;
}

/** The bytes of a symbol table whose names stand in `strings`; the null symbol is one of `symbols`. */
export function encodeSymbols(
  symbols: readonly NewElfSymbol[],
  strings: StringTableWriter,
  endian: Endian,
): Uint8Array {
  const out = new ByteWriter(endian, symbols.length * SYM_SIZE);
  for (const symbol of symbols) {
    out
      .u32(strings.add(symbol.name))
      .u8((symbol.bind << 4) | symbol.type)
      .u8(symbol.visibility)
      .u16(symbol.section)
      .u64(BigInt(symbol.value))
      .u64(BigInt(symbol.size));
  }
  return out.toBytes();
}

/** The bytes of a REL section: what a row adds stands in the bytes that it relocates. */
export function encodeRelocations(
  rows: readonly Pick<ElfRelocation, 'offset' | 'type' | 'symbol'>[],
  endian: Endian,
): Uint8Array {
  const out = new ByteWriter(endian, rows.length * REL_SIZE);
  for (const { offset, type, symbol } of rows) {
    out.u64(BigInt(offset)).u64((BigInt(symbol) << 32n) | BigInt(type));
  }
  return out.toBytes();
}
