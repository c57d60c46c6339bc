import { readWords } from '../base/index.ts';
import { Btf } from './btf.ts';
import { readSections } from './header.ts';
import { BtfStrings } from './strings.ts';
import { readTypes } from './type-index.ts';

/** How to read a BTF blob. */
export interface ParseBtfOptions {
  /** The BTF that a split BTF (of a kernel module) goes on from. */
  readonly base?: Btf;
  /** Bytes of a pointer, where the file around the blob tells (its ELF class). */
  readonly pointerSize?: 4 | 8;
}

/**
 * Reads a raw BTF blob (`.BTF` section, `/sys/kernel/btf/*`) of either byte order. Holds the bytes; copies them only
 * where order, alignment or a base ask for it.
 *
 * @throws {BtfError} with the offset or type id where the blob is malformed
 * @see Documentation/bpf/btf.rst (v6.12)
 * @example
 * import { readFileSync } from 'node:fs';
 * import { formatBtfC, parseBtf } from 'ebpfts/btf';
 *
 * const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
 * const offset = btf.findByName('task_struct', 'STRUCT')?.members.find(({ name }) => name === 'pid')?.bitOffset;
 * const header: Uint8Array = formatBtfC(btf);
 */
export function parseBtf(bytes: Uint8Array, options: ParseBtfOptions = {}): Btf {
  const { base, pointerSize } = options;
  const sections = readSections(bytes, { split: base !== undefined });
  const own = readWords(sections.types, sections.endian);
  const words = base === undefined ? own : concatWords(base.words, own);
  const strings = base === undefined ? sections.strings : concatBytes(base.strings.bytes, sections.strings);
  const tail = sections.types.length % 4;
  const types = readTypes({ words, stringsSize: strings.length, base }, { layouts: sections.layouts, tail });
  return new Btf({
    endian: sections.endian,
    form: sections.form,
    base,
    words,
    index: types.index,
    heads: types,
    strings: new BtfStrings(strings),
    pointerSize,
  });
}

function concatWords(first: Uint32Array, second: Uint32Array): Uint32Array {
  const joined = new Uint32Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function concatBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
