import { BTF_KIND, type BtfId, essentialName } from '../../btf/index.ts';
import type { BpfObject, StructOpsSpec } from '../../object/index.ts';
import { findAttachTarget } from '../attach-target.ts';
import { markCoreRecords, type RecordFailure } from './core-records.ts';
import { Reacher } from './reach.ts';
import type { UsedTypes } from './used-types.ts';

/**
 * Marks everything that an object asks of a kernel by name: what its CO-RE records do, the functions and types that its
 * programs attach to, its kfuncs and typed ksyms, the structs that its struct_ops maps fill in. What the kernel does not
 * have stays unmarked.
 */
export function markObject(used: UsedTypes, object: BpfObject): RecordFailure[] {
  const { btf, btfExt: ext } = object;
  const target = used.btf;
  const reacher = new Reacher(used);
  const markNamed = (name: string, kind: 'FUNC' | 'VAR') => {
    const type = target.findByName(name, kind);
    if (type !== undefined) reacher.mark(type.id, 'layout');
  };
  for (const program of object.programs) {
    const attach = findAttachTarget(program, { target });
    if (attach !== undefined && 'btfId' in attach) reacher.mark(attach.btfId, 'whole');
  }
  for (const extern of object.externs) {
    if (extern.kind === 'kfunc') markNamed(extern.essentialName, 'FUNC');
    else if (extern.kind === 'ksym_var') markNamed(extern.essentialName, 'VAR');
  }
  for (const { structOps } of object.maps) if (structOps !== undefined) markStructOps(used, object, structOps);
  return btf === undefined || ext === undefined ? [] : markCoreRecords(used, { btf, ext });
}

function markStructOps(used: UsedTypes, object: BpfObject, { typeId, typeName }: StructOpsSpec): void {
  const local = object.btf?.typeById(typeId);
  const target = used.btf.findByName(essentialName(typeName), 'STRUCT');
  if (target === undefined || local?.kind !== 'STRUCT') return;
  const reacher = new Reacher(used);
  const names = new Set(local.members.map(({ name }) => name));
  reacher.mark(target.id, 'layout');
  for (const [position, { name, type }] of target.members.entries()) {
    if (name === '' || !names.has(name)) continue;
    used.markMember(target.id, position);
    reacher.mark(type, pointsToFunction(used, type) ? 'whole' : 'layout');
  }
}

/** What the kernel calls an operation with counts too. */
function pointsToFunction({ btf }: UsedTypes, id: BtfId): boolean {
  return btf.kindOf(id) === BTF_KIND.PTR && btf.kindOf(btf.third(id)) === BTF_KIND.FUNC_PROTO;
}
