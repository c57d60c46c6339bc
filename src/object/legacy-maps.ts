import { ByteReader } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import { sizeOf } from '../btf/index.ts';
import type { ElfSection, ElfSymbol } from '../elf/index.ts';
import { STT_SECTION } from '../elf/index.ts';
import { errMap, errSection } from './errors.ts';
import { isMapInMap } from './map-def.ts';
import { kernelMapName } from './map-names.ts';
import { createMapSpec } from './maps.ts';
import type { ObjectSections } from './sections.ts';
import type { MapSpec } from './spec.ts';

/** `struct bpf_map_def` of libbpf before 1.0: type, key_size, value_size, max_entries, map_flags. */
const LIBBPF_SIZE = 20;
/** The kernel samples' loader added inner_map_idx and numa_node. */
const SAMPLES_SIZE = 28;
/** `struct bpf_elf_map` of iproute2: the five, then id, pinning, inner_id, inner_idx. */
const IPROUTE2_SIZE = 36;

const PIN_OBJECT_NS = 1;
const PIN_GLOBAL_NS = 2;
/** Slots that all outer maps of an object may have filled: far beyond what anybody writes by hand. */
const MAX_SLOTS = 1_000_000;

const IPROUTE2_GLOBALS = '/sys/fs/bpf/tc/globals';

/** What the iproute2 form says of how maps hold each other. */
interface Nesting {
  readonly map: MapSpec;
  readonly id: number;
  readonly innerId: number;
  readonly innerIndex: number;
}

/**
 * The maps of a `maps` section: arrays of C structs, one for each symbol.
 *
 * DEVIATION: libbpf refuses this section since 1.0; many objects in the field still have it, so it is read with a
 * warning.
 * @throws {ObjectError} `OBJECT_SECTION`, `OBJECT_MAP` where the section is no array of a known struct
 */
export function collectLegacyMaps(sections: ObjectSections, btf: Btf | undefined): MapSpec[] {
  const section = sections.legacyMaps;
  if (section === undefined) return [];
  const symbols = sections.elf.symbols
    .filter((symbol) => symbol.section === section.index && symbol.type !== STT_SECTION && symbol.name !== '')
    .sort((a, b) => a.value - b.value);
  if (symbols.length === 0) return [];
  sections.warnings.push("legacy map definitions in 'maps' section: libbpf 1.0 and later refuse them");
  const size = section.data.length / symbols.length;
  if (!Number.isInteger(size) || size < LIBBPF_SIZE || size % 4 !== 0) {
    throw errSection('maps', `${section.data.length} bytes are no ${symbols.length} map definitions of one size`);
  }
  const nestings = symbols.map((symbol) => readDefinition({ sections, section, symbol, size, btf }));
  nestMaps(nestings);
  return nestings.map(({ map }) => map);
}

function readDefinition(at: {
  sections: ObjectSections;
  section: ElfSection;
  symbol: ElfSymbol;
  size: number;
  btf: Btf | undefined;
}): Nesting {
  const { sections, section, symbol, size, btf } = at;
  if (symbol.value % size !== 0 || symbol.value + size > section.data.length) {
    throw errMap(symbol.name, `unaligned or truncated definition at offset ${symbol.value} of section 'maps'`);
  }
  const reader = new ByteReader(section.data, sections.elf.endian);
  const word = (index: number) => ((index + 1) * 4 <= size ? reader.u32(symbol.value + index * 4) : 0);
  const isIproute2 = size === IPROUTE2_SIZE;
  const known = isIproute2 ? IPROUTE2_SIZE : size === SAMPLES_SIZE ? SAMPLES_SIZE : LIBBPF_SIZE;
  for (let offset = known; offset < size; offset += 4) {
    if (word(offset / 4) !== 0) throw errMap(symbol.name, `unrecognized, non-zero fields at offset ${offset}`);
  }
  const [keySize, valueSize] = [word(1), word(2)];
  const map = createMapSpec({
    name: symbol.name,
    origin: 'legacy',
    section: section.name,
    sectionIndex: section.index,
    sectionOffset: symbol.value,
    type: word(0),
    keySize,
    valueSize,
    maxEntries: word(3),
    flags: word(4),
    numaNode: size === SAMPLES_SIZE ? word(6) : 0,
    ...annotatedTypes(btf, symbol.name, { keySize, valueSize }),
  });
  if (isIproute2) setPinning(map, word(6), sections.warnings);
  return {
    map,
    id: isIproute2 ? word(5) : 0,
    innerId: isIproute2 ? word(7) : 0,
    innerIndex: isIproute2 ? word(8) : ~0,
  };
}

/** `BPF_ANNOTATE_KV_PAIR(name, K, V)` leaves a struct of that name with a key and a value. */
function annotatedTypes(btf: Btf | undefined, name: string, sizes: { keySize: number; valueSize: number }) {
  const pair = btf?.findByName(`____btf_map_${name}`, 'STRUCT');
  if (btf === undefined || pair?.members.length !== 2) return {};
  const [key, value] = pair.members;
  const fits = sizeOf(btf, key.type) === sizes.keySize && sizeOf(btf, value.type) === sizes.valueSize;
  return fits ? { keyTypeId: key.type, valueTypeId: value.type } : {};
}

function setPinning(map: MapSpec, pinning: number, warnings: string[]): void {
  if (pinning === PIN_GLOBAL_NS) {
    map.pinning = 'by_name';
    map.pinPath = `${IPROUTE2_GLOBALS}/${map.name}`;
  } else if (pinning === PIN_OBJECT_NS) {
    warnings.push(`map '${map.name}': pinning in a folder of the object's own (PIN_OBJECT_NS) is left to the caller`);
  }
}

/** iproute2: `inner_id` names the map whose kind an outer map holds, `inner_idx` the slot that it is put in. */
function nestMaps(nestings: readonly Nesting[]): void {
  const byId = new Map<number, Nesting[]>();
  for (const nesting of nestings) {
    const known = byId.get(nesting.id);
    if (known) known.push(nesting);
    else byId.set(nesting.id, [nesting]);
  }
  let slots = 0;
  for (const outer of nestings) {
    if (!isMapInMap(outer.map.type) || outer.innerId === 0) continue;
    const known = byId.get(outer.innerId) ?? [];
    slots += known.length;
    if (slots > MAX_SLOTS) throw errMap(outer.map.name, `more than ${MAX_SLOTS} slots for inner maps in this object`);
    const inners = known.filter(({ map }) => map !== outer.map);
    if (inners.length === 0) throw errMap(outer.map.name, `no map has the id ${outer.innerId} of its inner map`);
    const name = `${outer.map.name}.inner`;
    const template = { index: -1, name, kernelName: kernelMapName(name), pinning: 'none', pinPath: undefined } as const;
    outer.map.inner = { ...inners[0].map, ...template };
    for (const { map, innerIndex } of inners)
      if (innerIndex >>> 0 < outer.map.maxEntries) outer.map.slots[innerIndex] = map;
  }
}
