import { ByteWriter, encodeUtf8 } from '../../base/index.ts';
import { BTF_KIND, type Btf, type BtfId } from '../../btf/index.ts';
import type { ProbedFeature } from '../features/probes.ts';

const BTF_MAGIC = 0xeb9f;
const HEADER_SIZE = 24;
const PLACEHOLDER = 'enum64_placeholder';
const NUL = 0;
const QUESTION_MARK = 0x3f;
const DOT = 0x2e;
const UNDERSCORE = 0x5f;

/** What a kernel lacks, of the features that are about BTF. */
export type LacksFeature = (feature: ProbedFeature) => boolean;

/**
 * Writes an object's BTF so that a kernel takes it that does not know all of its kinds: each is replaced by an older one
 * that needs the same space, so ids stay what they are.
 * @see tools/lib/bpf (v1.5) for what stands in for what
 * @returns undefined where nothing has to change
 */
export function sanitizeBtf(btf: Btf, lacks: LacksFeature): Uint8Array | undefined {
  const sanitizer = new Sanitizer(btf, lacks);
  for (let id = 1; id < btf.typeCount; id++) sanitizer.replace(id);
  return sanitizer.changed ? sanitizer.encode() : undefined;
}

class Sanitizer {
  changed = false;
  readonly #btf: Btf;
  readonly #lacks: LacksFeature;
  readonly #words: Uint32Array;
  readonly #strings: Uint8Array;
  #placeholder: BtfId = 0;

  constructor(btf: Btf, lacks: LacksFeature) {
    this.#btf = btf;
    this.#lacks = lacks;
    this.#words = btf.words.slice();
    this.#strings = btf.strings.bytes.slice();
  }

  replace(id: BtfId): void {
    const lacks = this.#lacks;
    switch (this.#btf.kindOf(id)) {
      case BTF_KIND.VAR:
        if (lacks('btf_datasec')) this.#toByte(id);
        return;
      case BTF_KIND.DECL_TAG:
        if (lacks('btf_decl_tag')) this.#toByte(id);
        return;
      case BTF_KIND.DATASEC:
        if (lacks('btf_datasec')) this.#toStruct(id);
        else if (this.#startsWithMark(id) && lacks('btf_qmark_datasec')) this.#replaceMark(id);
        return;
      case BTF_KIND.FUNC_PROTO:
        if (lacks('btf_func')) this.#set(id, { kind: BTF_KIND.ENUM, vlen: this.#btf.vlenOf(id), third: 4 });
        return;
      case BTF_KIND.FUNC:
        if (lacks('btf_func')) this.#set(id, { kind: BTF_KIND.TYPEDEF, vlen: 0 });
        else if (this.#btf.vlenOf(id) !== 0 && lacks('btf_func_global')) {
          this.#set(id, { kind: BTF_KIND.FUNC, vlen: 0 });
        }
        return;
      case BTF_KIND.FLOAT:
        if (lacks('btf_float')) this.#set(id, { kind: BTF_KIND.STRUCT, vlen: 0, name: 0 });
        return;
      case BTF_KIND.TYPE_TAG:
        if (lacks('btf_type_tag')) this.#set(id, { kind: BTF_KIND.CONST, vlen: 0, name: 0 });
        return;
      case BTF_KIND.ENUM:
        // The sign of its values came with the 64-bit ones.
        if (this.#btf.flagOf(id) && lacks('btf_enum64')) {
          this.#set(id, { kind: BTF_KIND.ENUM, vlen: this.#btf.vlenOf(id) });
        }
        return;
      case BTF_KIND.ENUM64:
        if (lacks('btf_enum64')) this.#toUnion(id);
    }
  }

  #set(id: BtfId, head: { kind: number; vlen: number; name?: number; third?: number }): void {
    const at = this.#btf.index[id];
    this.changed = true;
    this.#words[at + 1] = ((head.kind << 24) | head.vlen) >>> 0;
    if (head.name !== undefined) this.#words[at] = head.name;
    if (head.third !== undefined) this.#words[at + 2] = head.third;
  }

  /** An INT of one byte: it cannot be larger than what the variable was. */
  #toByte(id: BtfId): void {
    this.#set(id, { kind: BTF_KIND.INT, vlen: 0, third: 1 });
    this.#words[this.#btf.index[id] + 3] = 8;
  }

  /** Variables become members of the same names; the section's name becomes one that a struct may have. */
  #toStruct(id: BtfId): void {
    const { vlen, name, members } = this.#composite(id);
    this.#set(id, { kind: BTF_KIND.STRUCT, vlen });
    for (let at = name; this.#strings[at] !== NUL; at++) {
      if (this.#strings[at] === DOT || this.#strings[at] === QUESTION_MARK) this.#strings[at] = UNDERSCORE;
    }
    for (let i = 0; i < vlen; i++) {
      const at = members + 3 * i;
      const [type, offset] = [this.#words[at], this.#words[at + 1]];
      this.#words[at] = this.#words[this.#btf.index[type]];
      this.#words[at + 1] = type;
      this.#words[at + 2] = (offset * 8) >>> 0;
    }
  }

  #startsWithMark(id: BtfId): boolean {
    return this.#strings[this.#composite(id).name] === QUESTION_MARK;
  }

  #replaceMark(id: BtfId): void {
    this.#strings[this.#composite(id).name] = UNDERSCORE;
    this.changed = true;
  }

  /** Enumerators become members without a size to speak of. */
  #toUnion(id: BtfId): void {
    const { vlen, members } = this.#composite(id);
    this.#placeholder ||= this.#btf.typeCount;
    this.#set(id, { kind: BTF_KIND.UNION, vlen });
    for (let i = 0; i < vlen; i++) {
      this.#words[members + 3 * i + 1] = this.#placeholder;
      this.#words[members + 3 * i + 2] = 0;
    }
  }

  #composite(id: BtfId): { vlen: number; name: number; members: number } {
    const at = this.#btf.index[id];
    return { vlen: this.#btf.vlenOf(id), name: this.#words[at], members: at + 3 };
  }

  encode(): Uint8Array {
    const { endian } = this.#btf;
    const added = this.#placeholder === 0 ? [] : [this.#strings.length, BTF_KIND.INT << 24, 1, 8];
    const name = added.length === 0 ? new Uint8Array() : encodeUtf8(`${PLACEHOLDER}\0`);
    const typeBytes = (this.#words.length + added.length) * 4;
    const stringBytes = this.#strings.length + name.length;
    const writer = new ByteWriter(endian, HEADER_SIZE + typeBytes + stringBytes);
    writer.u16(BTF_MAGIC).u8(1).u8(0).u32(HEADER_SIZE);
    writer.u32(0).u32(typeBytes).u32(typeBytes).u32(stringBytes);
    for (const word of this.#words) writer.u32(word);
    for (const word of added) writer.u32(word);
    return writer.raw(this.#strings).raw(name).toBytes();
  }
}
