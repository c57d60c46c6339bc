import type { Endian } from '../../base/index.ts';
import type { Btf, BtfBuilder, BtfExt, BtfExtRecords, BtfId } from '../../btf/index.ts';
import { remapBtfExt } from '../../btf/index.ts';
import type { Places } from './append-sections.ts';
import { errExt } from './errors.ts';
import type { ExtList } from './ext-records.ts';
import { EXT_LIST_NAMES, EXT_LISTS } from './ext-records.ts';
import type { LinkInput } from './input.ts';
import type { OutputSection } from './output-sections.ts';

/** Where the records of an object go. */
export interface ExtTarget {
  readonly places: Places;
  readonly types: BtfBuilder;
  /** New id of each type of the object. */
  readonly ids: Uint32Array;
}

/**
 * Appends what `.BTF.ext` says of an object's sections to the sections where they went.
 * @throws {LinkError} `LINK_EXT` where it names what is not there, or records have another size than those before
 */
export function appendExt(input: LinkInput, target: ExtTarget): void {
  const { btf, ext, file, sections } = input;
  if (btf === undefined || ext === undefined) return;
  const numbers = new Map(sections.map(({ name }, number) => [name, number] as const).reverse());
  const remapped = remapBtfExt(ext, {
    type: (id) => target.ids[checkId({ btf, file, id })],
    string: (offset) => target.types.stringOf(btf, checkString({ btf, file, offset })),
    // The sections of the linked file are named at its end.
    sectionName: () => 0,
  });
  for (const list of EXT_LISTS) {
    ext[list].forEach((records, i) => {
      const name = btf.strings.at(records.sectionName);
      const number = numbers.get(name);
      if (number === undefined) {
        throw errExt({ file, section: name }, `can't find section '${name}' referenced from .BTF.ext`);
      }
      const place = target.places[number];
      if (place === undefined) return;
      const moved = moveRecords(remapped[list][i], place.offset);
      const want = place.section.ext.append(list, moved);
      if (want !== records.recordSize) {
        const sizes = `${records.recordSize} bytes, ${want} in the files before it`;
        throw errExt({ file, section: name }, `incompatible .BTF.ext record sizes for section '${name}': ${sizes}`);
      }
    });
  }
}

function checkId({ btf, file, id }: { btf: Btf; file: string; id: BtfId }): BtfId {
  if (btf.has(id)) return id;
  throw errExt(
    { file, section: '.BTF.ext' },
    `.BTF.ext refers to type [${id}], the last one is [${btf.typeCount - 1}]`,
  );
}

function checkString({ btf, file, offset }: { btf: Btf; file: string; offset: number }): number {
  if (offset < btf.strings.size) return offset;
  const problem = `.BTF.ext refers to string offset ${offset}, the strings end at ${btf.strings.size}`;
  throw errExt({ file, section: '.BTF.ext' }, problem);
}

/** Instruction offsets, the first word of every record, count from the new start. The words are changed in place. */
function moveRecords(records: BtfExtRecords, by: number): BtfExtRecords {
  const { words, recordSize } = records;
  for (let at = 0; at < words.length; at += recordSize / 4) words[at] += by;
  return records;
}

/**
 * The `.BTF.ext` of the linked file; undefined where no section has records.
 * @throws {LinkError} `LINK_EXT` where records of two sections differ in size
 */
export function linkedExt(sections: readonly OutputSection[], types: BtfBuilder, endian: Endian): BtfExt | undefined {
  const collect = (list: ExtList): BtfExtRecords[] => {
    const found: BtfExtRecords[] = [];
    for (const section of sections) {
      const records = section.ext.all(list);
      if (records === undefined) continue;
      const want = found[0]?.recordSize ?? records.recordSize;
      if (records.recordSize !== want) {
        const what = `mismatch in ${EXT_LIST_NAMES[list]} record size ${want} != ${records.recordSize}`;
        throw errExt({ file: section.parts[0]?.file ?? '', section: section.name }, what);
      }
      found.push({ ...records, sectionName: types.string(section.name) });
    }
    return found;
  };
  const ext = { endian, funcInfo: collect('funcInfo'), lineInfo: collect('lineInfo'), coreRelos: collect('coreRelos') };
  return EXT_LISTS.some((list) => ext[list].length > 0) ? ext : undefined;
}
