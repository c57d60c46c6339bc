import type { Endian } from '../base/index.ts';
import { ByteReader, ByteWriter, wordsToBytes } from '../base/index.ts';
import { errHeader, errMagic, errStrings, errTruncated, errVersion } from './errors.ts';
import type { KindLayout } from './kinds.ts';

/** First two bytes of `.BTF` and `.BTF.ext`, in the blob's byte order. */
export const BTF_MAGIC = 0xeb9f;
/** The only version there is. */
export const BTF_VERSION = 1;
/** Bytes of `struct btf_header` without and with the layout section's place. */
export const HEADER_SIZE = 24;
export const HEADER_SIZE_LAYOUT = 32;

/** The sections of a BTF blob. */
export interface BtfSections {
  readonly endian: Endian;
  readonly types: Uint8Array;
  readonly strings: Uint8Array;
  /** By kind number; empty without a layout section. */
  readonly layouts: readonly KindLayout[];
  readonly form: BtfForm;
}

/** What of a blob's form is not in its types and strings, so that it can be written again as it was. */
export interface BtfForm {
  /** `hdr_len`: 24, or 32 with the layout section's place. */
  readonly headerSize: number;
  /** The layout section, which tells the size of kinds; empty where there is none. */
  readonly layout: Uint8Array;
}

/** The form that everybody reads. */
export const PLAIN_FORM: BtfForm = { headerSize: HEADER_SIZE, layout: new Uint8Array() };

const truncated = (at: { offset: number; need: number; have: number }) => errTruncated({ what: 'header', ...at });

/** The byte order that the magic number at the start of a `.BTF` or `.BTF.ext` tells. @throws {BtfError} BTF_MAGIC */
export function btfEndian(bytes: Uint8Array): Endian {
  const magic = new ByteReader(bytes, 'little', truncated).u16(0);
  if (magic === BTF_MAGIC) return 'little';
  if (magic === 0x9feb) return 'big';
  throw errMagic(magic);
}

/**
 * Finds the sections of a BTF blob. Section offsets count from the end of the header, whose length the header says.
 * @see Documentation/bpf/btf.rst (v6.12)
 */
export function readSections(bytes: Uint8Array, options: { split: boolean }): BtfSections {
  const endian = btfEndian(bytes);
  const reader = new ByteReader(bytes, endian, truncated);
  reader.check(0, HEADER_SIZE);
  const version = reader.u8(2);
  // DEVIATION: libbpf does not look at the version.
  if (version !== BTF_VERSION) throw errVersion({ what: 'BTF', version });
  const headerSize = reader.u32(4);
  if (headerSize < HEADER_SIZE) throw errHeader({ what: 'hdr_len', have: headerSize, want: `${HEADER_SIZE} or more` });
  reader.check(0, headerSize);
  const body = bytes.subarray(headerSize);
  const typeOffset = reader.u32(8);
  const typeSize = reader.u32(12);
  const stringOffset = reader.u32(16);
  const stringSize = reader.u32(20);
  const section = (what: string, offset: number, size: number): Uint8Array => {
    if (offset + size > body.length) throw errTruncated({ what, offset, need: size, have: body.length - offset });
    return body.subarray(offset, offset + size);
  };
  if (typeOffset % 4 !== 0) throw errHeader({ what: 'type_off', have: typeOffset, want: 'a multiple of 4' });
  if (typeOffset + typeSize > stringOffset) {
    throw errHeader({ what: 'str_off', have: stringOffset, want: `${typeOffset + typeSize} (end of types) or more` });
  }
  const types = section('type section', typeOffset, typeSize);
  const strings = section('string section', stringOffset, stringSize);
  checkStrings(strings, options.split);
  const hasLayout = headerSize >= HEADER_SIZE_LAYOUT && reader.u32(28) > 0;
  const layout = hasLayout ? section('layout section', reader.u32(24), reader.u32(28)) : new Uint8Array();
  return { endian, types, strings, layouts: readLayouts(layout), form: { headerSize, layout } };
}

function checkStrings(strings: Uint8Array, split: boolean): void {
  if (strings.length === 0) {
    if (split) return;
    throw errStrings('empty, wanted at least one NUL byte');
  }
  if (!split && strings[0] !== 0) throw errStrings('the first string is not empty');
  if (strings[strings.length - 1] !== 0) throw errStrings('the last string has no NUL byte');
}

/** Entries of `{ u8 info_sz, u8 elem_sz, u16 flags }`, one a kind; sizes in bytes, whole words (types stay aligned). */
function readLayouts(section: Uint8Array): KindLayout[] {
  const layouts: KindLayout[] = [];
  for (let at = 0; at + 4 <= section.length; at += 4) {
    layouts.push({ info: section[at] >> 2, element: section[at + 1] >> 2 });
  }
  return layouts;
}

/** The blob of types and strings: header, types, layout where the form has one, strings. */
export function writeSections(parts: {
  endian: Endian;
  types: Uint32Array;
  strings: Uint8Array;
  form: BtfForm;
}): Uint8Array {
  const { endian, types, strings, form } = parts;
  const headerSize = form.headerSize >= HEADER_SIZE_LAYOUT ? HEADER_SIZE_LAYOUT : HEADER_SIZE;
  const typeSize = types.length * 4;
  const layoutSize = headerSize === HEADER_SIZE_LAYOUT ? form.layout.length : 0;
  const blob = new ByteWriter(endian, headerSize + typeSize + layoutSize + strings.length);
  blob.u16(BTF_MAGIC).u8(BTF_VERSION).u8(0).u32(headerSize);
  blob
    .u32(0)
    .u32(typeSize)
    .u32(typeSize + layoutSize)
    .u32(strings.length);
  if (headerSize === HEADER_SIZE_LAYOUT) blob.u32(layoutSize === 0 ? 0 : typeSize).u32(layoutSize);
  blob.raw(wordsToBytes(types, endian));
  if (layoutSize > 0) blob.raw(form.layout);
  return blob.raw(strings).toBytes();
}
