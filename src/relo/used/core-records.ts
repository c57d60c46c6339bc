import {
  BTF_KIND,
  type Btf,
  type BtfCoreRelo,
  type BtfExt,
  coreRelos,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts';
import {
  arrayOf,
  type CoreFailure,
  CoreResolver,
  type CoreSpec,
  coreKind,
  coreSubject,
  isCompositeKind,
  isFailure,
  memberAt,
} from '../core/index.ts';
import { Reacher } from './reach.ts';
import type { UsedTypes } from './used-types.ts';

/** The CO-RE records of one object. */
export interface CoreRecords {
  /** The object's own BTF. */
  readonly btf: Btf;
  readonly ext: BtfExt;
}

/** A record that cannot be followed in the target; libbpf would refuse to load the object for it. */
export interface RecordFailure extends CoreFailure {
  /** Name of the ELF section, and the record's position among those of that section. */
  readonly section: string;
  readonly index: number;
}

/**
 * Marks what the CO-RE records of an object ask of a kernel: of a field the types on the way to it and the members that
 * it takes; of a type itself with all that it points to; of a type that has to match its members too; of an enumerator
 * its enum and itself. Kernel types that no record asks about stay unmarked, and so does a type that the object asks of itself.
 *
 * @returns the records that cannot be followed; those that find nothing are not among them
 */
export function markCoreRecords(used: UsedTypes, { btf, ext }: CoreRecords): RecordFailure[] {
  const resolver = new CoreResolver(btf, { target: used.btf });
  const reacher = new Reacher(used);
  const failures: RecordFailure[] = [];
  for (const records of ext.coreRelos) {
    for (const [index, relo] of coreRelos(records).entries()) {
      const found = resolver.find(relo);
      if (isFailure(found)) failures.push({ ...found, section: btf.strings.at(records.sectionName), index });
      else if (found.target !== undefined) markTarget({ used, reacher }, relo, found.target);
    }
  }
  return failures;
}

interface Marks {
  readonly used: UsedTypes;
  readonly reacher: Reacher;
}

function markTarget(marks: Marks, relo: BtfCoreRelo, target: CoreSpec): void {
  const kind = coreKind(relo.kind);
  if (kind === 'local_type_id') return;
  switch (coreSubject(relo.kind)) {
    case 'field':
      markField(marks, target);
      return;
    case 'type':
      marks.reacher.mark(target.root, kind === 'type_matches' ? 'members' : 'whole');
      return;
    default:
      marks.reacher.mark(target.root, 'layout');
      marks.used.markMember(target.accessors[0].type, target.raw[0]);
  }
}

function markField({ used, reacher }: Marks, { root, raw }: CoreSpec): void {
  const { btf } = used;
  let id = root;
  reacher.mark(id, 'layout');
  for (let step = 1; step < raw.length; step++) {
    id = skipModifiersAndTypedefs(btf, id);
    if (isCompositeKind(btf.kindOf(id))) {
      used.markMember(id, raw[step]);
      id = memberAt(btf, id, raw[step]).type;
      reacher.mark(id, 'layout');
    } else if (btf.kindOf(id) === BTF_KIND.ARRAY) {
      id = arrayOf(btf, id).element;
    }
  }
}
