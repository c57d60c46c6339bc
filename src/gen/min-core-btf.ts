import { BtfBuilder, type BtfComposite, type BtfMember } from '../btf/index.ts';
import type { UsedTypes } from '../relo/index.ts';

/**
 * The part of a kernel's BTF that objects use, as a BTF of its own: CO-RE against it gives the same instructions as
 * against the whole. Types keep their order; structs and unions their size, and of their members those that are used.
 * Types that nobody uses are void where somebody points to them.
 *
 * @returns the blob, little-endian as bpftool writes it on the machines that it runs on
 */
export function generateMinCoreBtf(used: UsedTypes): Uint8Array {
  const { btf } = used;
  const ids = new Uint32Array(btf.typeCount);
  let count = 0;
  for (const id of used.ids()) ids[id] = ++count;
  const builder = new BtfBuilder();
  for (const id of used.ids()) {
    const type = btf.typeById(id);
    if (type.kind === 'STRUCT' || type.kind === 'UNION') builder.add(usedPart(type, { used, ids }));
    else builder.addType(btf, id, (old) => ids[old]);
  }
  return builder.encode();
}

function usedPart(type: BtfComposite, context: { used: UsedTypes; ids: Uint32Array }): BtfComposite {
  const { used, ids } = context;
  const members: BtfMember[] = [];
  for (const [position, member] of type.members.entries()) {
    if (used.hasMember(type.id, position)) members.push({ ...member, type: ids[member.type] });
  }
  return { ...type, members, bitfields: members.some(({ bitfieldSize }) => bitfieldSize > 0) };
}
