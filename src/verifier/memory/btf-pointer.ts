import { errno } from '../../uapi/index.ts';
import { isZero } from '../domain/narrow.ts';
import { AUX, AUX2, ID, OFF, TYPE } from '../domain/row.ts';
import { bitsText } from '../domain/text.ts';
import type { Refusal } from '../refusal.ts';
import {
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_USER,
  mayBeNull,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_UNTRUSTED,
} from '../state/reg-type.ts';
import { objectFields } from '../types/field-table.ts';
import { setPointer, setUnknown } from '../walk/set-row.ts';
import type { Walk } from '../walk/walk.ts';
import type { Access } from './access-kind.ts';
import { type Found, walkStruct } from './btf-walk.ts';
import { checkStructWrite } from './btf-write.ts';
import { fieldName } from './map-value.ts';
import { flagsOfLoaded } from './trust.ts';

/** A load or store by a pointer to an object that BTF describes. */
export function accessBtfPointer(walk: Walk, access: Access): Refusal | undefined {
  const { w, btfs } = walk;
  const { register, size, write } = access;
  const row = walk.reg(register);
  const type = w[row + TYPE];
  const index = w[row + AUX2];
  const btf = btfs.at(index);
  const typeId = w[row + AUX];
  const off = w[row + OFF] + access.off;
  const refusal = checkReachable(walk, access, { row, off, name: btf.nameOf(typeId) });
  if (refusal) return refusal;
  const own = (type & MEM_ALLOC) !== 0;
  if (write && !own) return checkStructWrite(walk, { name: btf.nameOf(typeId), off, size });
  if (write && type & PTR_UNTRUSTED) return walk.denied('only read is supported');
  if (own) {
    const direct = objectFields(btf, typeId).find(
      (field) => off < field.offset + field.size && field.offset < off + size,
    );
    if (direct) return walk.denied(`direct access to ${fieldName(direct)} is disallowed`);
  }
  const found = walkStruct(walk, { btf, typeId, off, size });
  if ('errno' in found) return found;
  if (write || access.into === undefined) return undefined;
  if (found.kind !== 'pointer') {
    load(walk, access.into, { found, index });
    return undefined;
  }
  if (own) {
    // What a program put into its own object is no pointer to anybody.
    load(walk, access.into, { found: { kind: 'number' }, index });
    return undefined;
  }
  const flags = flagsOfLoaded(walk, { row, typeId: found.typeId, flags: found.flags, member: found.member });
  load(walk, access.into, { found: { ...found, flags }, index });
  return undefined;
}

interface Reached {
  readonly row: number;
  readonly off: number;
  /** Of the struct. */
  readonly name: string;
}

/** Whether such objects may be accessed at all, and by such a pointer. */
function checkReachable(walk: Walk, { register }: Access, { row, off, name }: Reached): Refusal | undefined {
  const { w, btfs, options, program } = walk;
  const type = w[row + TYPE];
  if (!program.privileges.allowPtrLeaks) {
    return walk.refused(errno.EPERM, `'struct ${name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN`);
  }
  if (!options.gplCompatible && btfs.isKernel(w[row + AUX2])) {
    return walk.invalid(`Cannot access kernel 'struct ${name}' from non-GPL compatible program`);
  }
  const what = `R${register} is ptr_${name}`;
  if (off < 0) return walk.denied(`${what} invalid negative access: off=${off}`);
  if (!isZero(w, row)) {
    return walk.denied(`${what} invalid variable offset: off=${off}, var_off=${bitsText(w, row)}`);
  }
  if (type & MEM_USER) return walk.denied(`${what} access user memory: off=${off}`);
  return type & MEM_PERCPU ? walk.denied(`${what} access percpu memory: off=${off}`) : undefined;
}

/** The register holds what was found. @param index of the BTF */
export function load(walk: Walk, into: number, { found, index }: { found: Found; index: number }): void {
  const { w } = walk;
  const row = walk.reg(into);
  if (found.kind === 'number') {
    setUnknown(w, row);
    return;
  }
  if (found.kind === 'memory') {
    setPointer(w, row, PTR_TO_MEM | found.flags);
    return;
  }
  setPointer(w, row, PTR_TO_BTF_ID | found.flags);
  w[row + AUX] = found.typeId;
  w[row + AUX2] = index;
  if (mayBeNull(found.flags)) w[row + ID] = walk.newId();
}
