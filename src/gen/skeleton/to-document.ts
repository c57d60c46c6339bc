import { encodeBase64, sha256, toHex } from '../../base/index.ts';
import { attachTypeNames, mapTypeNames, progTypeNames } from '../../catalog/index.ts';
import type { MapSpec, ProgramSpec } from '../../object/index.ts';
import { bpf_prog_flags } from '../../uapi/index.ts';
import type {
  InnerMapDocument,
  MapDocument,
  ProgramDocument,
  SectionDocument,
  SkeletonDocument,
  StructOpsDocument,
} from './document.ts';
import { DocumentTypes } from './document-types.ts';
import { recordOf } from './records.ts';
import type { Skeleton, SkeletonMap } from './skeleton.ts';
import type { StructOpsLayout } from './struct-ops.ts';

/**
 * A skeleton in its JSON form.
 * @example
 * import { readFileSync } from 'node:fs';
 * import { openObject } from 'ebpfts';
 * import { skeletonDocument, skeletonOf } from 'ebpfts/gen';
 *
 * const file = 'minimal.bpf.o';
 * const elf = readFileSync(file);
 * console.log(JSON.stringify(skeletonDocument(skeletonOf(openObject(elf, { name: file }), elf, { file }))));
 */
export function skeletonDocument(skeleton: Skeleton, kind: SkeletonDocument['kind'] = 'skeleton'): SkeletonDocument {
  const { object, elf, maps } = skeleton;
  const types = new DocumentTypes(object.btf);
  return {
    schema: 1,
    kind,
    name: skeleton.name,
    file: skeleton.file,
    endian: object.endian,
    pointer_size: object.btf?.pointerSize ?? 8,
    license: object.license,
    programs: object.programs.map(programDocument),
    maps: maps.map((map) => mapDocument(map, skeleton, types)),
    sections: maps.flatMap((map) => sectionDocument(map, types)),
    records: skeleton.records.map(({ id }) => types.node(id)),
    externs: object.externs.map(({ name, kind: of, weak }) => ({ name, kind: of, weak })),
    // Last, when everything has been asked for.
    types: types.table(),
    elf: {
      size: elf.length,
      sha256: toHex(sha256(elf)),
      ...(kind === 'skeleton' && { base64: encodeBase64(elf) }),
    },
  };
}

function programDocument(program: ProgramSpec): ProgramDocument {
  const { progType, expectedAttachType, sec } = program;
  return {
    name: program.name,
    section: program.section,
    type: progType === 0 ? null : (progTypeNames[progType] ?? null),
    type_id: progType,
    attach_type: sec?.attachType === undefined ? null : (attachTypeNames[expectedAttachType] ?? null),
    attach_type_id: expectedAttachType,
    attach_target: program.attachTarget ?? null,
    sleepable: (program.flags & bpf_prog_flags.BPF_F_SLEEPABLE) !== 0,
    autoload: program.autoload,
  };
}

function mapDocument(map: SkeletonMap, skeleton: Skeleton, types: DocumentTypes): MapDocument {
  const { spec, ident, mappable, structOps } = map;
  const record = recordOf(spec, skeleton);
  return {
    name: spec.name,
    ident,
    origin: spec.origin,
    ...shapeDocument(spec, types),
    map_extra: String(spec.mapExtra),
    pinning: spec.pinning,
    record: record === undefined ? null : types.node(record.id),
    inner: spec.inner === undefined ? null : shapeDocument(spec.inner, types),
    struct_ops: structOps === undefined ? null : structOpsDocument(structOps, types),
    autocreate: spec.autocreate,
    mappable,
  };
}

function shapeDocument(spec: MapSpec, types: DocumentTypes): InnerMapDocument {
  // What data sections hold are variables, what struct_ops maps hold the kernel's.
  const isElement = spec.origin === 'btf' || spec.origin === 'legacy';
  return {
    type: mapTypeNames[spec.type] ?? null,
    type_id: spec.type,
    key_size: spec.keySize,
    value_size: spec.valueSize,
    max_entries: spec.maxEntries,
    flags: spec.flags,
    key: isElement && spec.keyTypeId !== 0 ? types.sized(spec.keyTypeId, spec.keySize) : null,
    value: isElement && spec.valueTypeId !== 0 ? types.sized(spec.valueTypeId, spec.valueSize) : null,
  };
}

function structOpsDocument({ typeName, size, members }: StructOpsLayout, types: DocumentTypes): StructOpsDocument {
  return {
    type: typeName,
    size,
    members: members.map(({ name, role, offset, size: bytes, typeId, program }) => ({
      name,
      role,
      offset,
      size: bytes,
      type: types.node(typeId),
      program: program ?? null,
    })),
  };
}

function sectionDocument({ spec, section }: SkeletonMap, types: DocumentTypes): SectionDocument[] {
  if (section === undefined) return [];
  const { origin } = spec;
  const kind = origin === 'data' || origin === 'rodata' || origin === 'bss' || origin === 'kconfig' ? origin : 'arena';
  return [
    {
      name: section.name,
      ident: section.ident,
      map: spec.name,
      kind,
      size: kind === 'arena' ? (spec.initialData?.length ?? 0) : spec.valueSize,
      variables: section.variables.map(({ name, offset, size, typeId }) => ({
        name,
        offset,
        size,
        type: types.sized(typeId, size),
      })),
    },
  ];
}
