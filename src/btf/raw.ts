import type { Btf } from './btf.ts';
import { enum64Value } from './decode-type.ts';
import { errNoType } from './errors.ts';
import { BTF_KIND, infoFlag, infoKind, infoVlen, kindName, LINKAGES } from './kinds.ts';
import type { BtfId } from './model.ts';
import { JsonForm, type RawForm, TextForm } from './raw-form.ts';

/** Which types to print. */
export interface RawOptions {
  /** Only these, in this order; else all but those of the base. */
  readonly roots?: readonly BtfId[];
}

/**
 * The types as `bpftool btf dump … format raw` prints them: a line a type, further ones indented by a tab.
 * @throws {BtfError} BTF_NO_TYPE for a root that does not exist
 */
export function formatBtfRaw(btf: Btf, options: RawOptions = {}): Uint8Array {
  const form = new TextForm(btf.strings.bytes);
  writeTypes(btf, form, options);
  return form.out.view();
}

/** How the JSON form is laid out. */
export interface RawJsonOptions extends RawOptions {
  /** As `bpftool --pretty`; else one line. */
  readonly pretty?: boolean;
}

/**
 * The types as `bpftool -j btf dump …` prints them: one object, `types`, without a newline at the end.
 * @throws {BtfError} BTF_NO_TYPE for a root that does not exist
 */
export function formatBtfRawJson(btf: Btf, options: RawJsonOptions = {}): Uint8Array {
  const form = new JsonForm(btf.strings.bytes, options.pretty ?? false);
  form.open('{');
  form.list('types');
  writeTypes(btf, form, options);
  form.listEnd();
  form.close('}');
  return form.out.view();
}

function writeTypes(btf: Btf, form: RawForm, { roots }: RawOptions): void {
  if (roots === undefined) {
    for (let id = btf.firstId; id < btf.typeCount; id++) writeType(btf, form, id);
    return;
  }
  for (const id of roots) {
    if (!btf.has(id)) throw errNoType({ id, count: btf.typeCount });
    writeType(btf, form, id);
  }
}

/** Void is known to bpftool as a kind of its own, which no other type has. */
function rawKindName(kind: number): string {
  return kind === BTF_KIND.VOID || kind > BTF_KIND.ENUM64 ? 'UNKNOWN' : kindName(kind);
}

function writeType(btf: Btf, form: RawForm, id: BtfId): void {
  const { words } = btf;
  if (id === 0) {
    form.begin(0, rawKindName(0), 0);
    form.end();
    return;
  }
  const at = btf.index[id];
  const kind = infoKind(words[at + 1]);
  const third = words[at + 2];
  form.begin(id, rawKindName(kind), words[at]);
  switch (kind) {
    case BTF_KIND.INT:
      writeInt(form, third, words[at + 3]);
      break;
    case BTF_KIND.PTR:
    case BTF_KIND.CONST:
    case BTF_KIND.VOLATILE:
    case BTF_KIND.RESTRICT:
    case BTF_KIND.TYPEDEF:
    case BTF_KIND.TYPE_TAG:
      form.uint('type_id', third);
      break;
    case BTF_KIND.ARRAY:
      form.uint('type_id', words[at + 3]);
      form.uint('index_type_id', words[at + 4]);
      form.uint('nr_elems', words[at + 5]);
      break;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      writeMembers(words, at, form);
      break;
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      writeEnum(words, at, form);
      break;
    case BTF_KIND.FWD:
      form.word('fwd_kind', infoFlag(words[at + 1]) ? 'union' : 'struct');
      break;
    case BTF_KIND.FUNC:
      form.uint('type_id', third);
      form.word('linkage', linkageName(infoVlen(words[at + 1])));
      break;
    case BTF_KIND.FUNC_PROTO:
      writeParams(words, at, form);
      break;
    case BTF_KIND.VAR:
      form.uint('type_id', third);
      // The text form has a comma here and nowhere else.
      form.comma();
      form.word('linkage', linkageName(words[at + 3]));
      break;
    case BTF_KIND.DATASEC:
      writeVars(btf, at, form);
      break;
    case BTF_KIND.FLOAT:
      form.uint('size', third);
      break;
    case BTF_KIND.DECL_TAG:
      form.uint('type_id', third);
      form.uint('component_idx', words[at + 3] | 0);
      break;
    default:
      break;
  }
  form.end();
}

const INT_ENCODINGS: readonly (string | undefined)[] = ['(none)', 'SIGNED', 'CHAR', undefined, 'BOOL'];

function writeInt(form: RawForm, size: number, word: number): void {
  form.uint('size', size);
  form.uint('bits_offset', (word >>> 16) & 0xff);
  form.uint('nr_bits', word & 0xff);
  form.word('encoding', INT_ENCODINGS[(word >>> 24) & 15] ?? 'UNKN');
}

function linkageName(linkage: number): string {
  return LINKAGES[linkage] ?? '(unknown)';
}

function writeMembers(words: Uint32Array, at: number, form: RawForm): void {
  const vlen = infoVlen(words[at + 1]);
  const flag = infoFlag(words[at + 1]);
  form.uint('size', words[at + 2]);
  form.uint('vlen', vlen);
  form.list('members');
  for (let m = at + 3, end = m + 3 * vlen; m < end; m += 3) {
    const offset = words[m + 2];
    const bits = flag ? offset >>> 24 : 0;
    form.item(words[m]);
    form.uint('type_id', words[m + 1]);
    form.uint('bits_offset', flag ? offset & 0xff_ffff : offset);
    if (bits !== 0) form.uint('bitfield_size', bits);
    form.itemEnd();
  }
  form.listEnd();
}

function writeEnum(words: Uint32Array, at: number, form: RawForm): void {
  const vlen = infoVlen(words[at + 1]);
  const signed = infoFlag(words[at + 1]);
  const wide = infoKind(words[at + 1]) === BTF_KIND.ENUM64;
  const step = wide ? 3 : 2;
  form.word('encoding', signed ? 'SIGNED' : 'UNSIGNED');
  form.uint('size', words[at + 2]);
  form.uint('vlen', vlen);
  form.list('values');
  for (let m = at + 3, end = m + step * vlen; m < end; m += step) {
    form.item(words[m]);
    const low = words[m + 1];
    form.value(wide ? enum64Value(low, words[m + 2], signed) : signed ? low | 0 : low, signed);
    form.itemEnd();
  }
  form.listEnd();
}

function writeParams(words: Uint32Array, at: number, form: RawForm): void {
  const vlen = infoVlen(words[at + 1]);
  form.uint('ret_type_id', words[at + 2]);
  form.uint('vlen', vlen);
  form.list('params');
  for (let m = at + 3, end = m + 2 * vlen; m < end; m += 2) {
    form.item(words[m]);
    form.uint('type_id', words[m + 1]);
    form.itemEnd();
  }
  form.listEnd();
}

function writeVars(btf: Btf, at: number, form: RawForm): void {
  const { words, index } = btf;
  const vlen = infoVlen(words[at + 1]);
  form.uint('size', words[at + 2]);
  form.uint('vlen', vlen);
  form.list('vars');
  for (let m = at + 3, end = m + 3 * vlen; m < end; m += 3) {
    const target = words[m];
    form.item(undefined);
    form.uint('type_id', target);
    form.uint('offset', words[m + 1]);
    form.uint('size', words[m + 2]);
    form.target(rawKindName(btf.kindOf(target)), target === 0 ? 0 : words[index[target]]);
    form.itemEnd();
  }
  form.listEnd();
}
