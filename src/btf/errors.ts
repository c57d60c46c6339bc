import { EbpftsError } from '../base/index.ts';

/** BTF that cannot be read: truncated, malformed, or naming what is not there. */
export class BtfError extends EbpftsError {}

export function errTruncated(at: { what: string; offset: number; need: number; have: number }): BtfError {
  return new BtfError({
    code: 'BTF_TRUNCATED',
    message: `BTF ${at.what}: ${at.need} bytes needed at offset ${at.offset}, ${at.have} there`,
    details: at,
  });
}

export function errMagic(magic: number): BtfError {
  return new BtfError({
    code: 'BTF_MAGIC',
    message: `not BTF: it begins with 0x${magic.toString(16)}, BTF with 0xeb9f`,
    details: { magic },
  });
}

export function errVersion(at: { what: string; version: number }): BtfError {
  return new BtfError({
    code: 'BTF_VERSION',
    message: `${at.what} version ${at.version} is not known, version 1 is`,
    details: at,
  });
}

export function errHeader(at: { what: string; have: number; want: string }): BtfError {
  return new BtfError({
    code: 'BTF_HEADER',
    message: `BTF header: ${at.what} is ${at.have}, wanted ${at.want}`,
    details: at,
  });
}

export function errStrings(text: string): BtfError {
  return new BtfError({ code: 'BTF_STRINGS', message: `BTF string section: ${text}` });
}

export function errKind(at: { id: number; kind: number }): BtfError {
  return new BtfError({
    code: 'BTF_KIND',
    message: `type [${at.id}]: kind ${at.kind} is not known, 1 to 19 are, and there is no layout section that describes it`,
    details: at,
  });
}

export function errTypeBounds(at: { id: number; kind: string; need: number; have: number }): BtfError {
  return new BtfError({
    code: 'BTF_TYPE_BOUNDS',
    message: `type [${at.id}] ${at.kind}: ${at.need} bytes needed, the type section has ${at.have} left`,
    details: at,
  });
}

export function errTypeId(at: { id: number; refers: number; count: number }): BtfError {
  return new BtfError({
    code: 'BTF_TYPE_ID',
    message: `type [${at.id}] refers to type [${at.refers}], the last one is [${at.count - 1}]`,
    details: at,
  });
}

export function errStringOffset(at: { id: number; offset: number; size: number }): BtfError {
  return new BtfError({
    code: 'BTF_STRING_OFFSET',
    message: `type [${at.id}]: a name at string offset ${at.offset}, the strings end at ${at.size}`,
    details: at,
  });
}

export function errFuncType(at: { id: number; refers: number; kind: string }): BtfError {
  return new BtfError({
    code: 'BTF_FUNC_TYPE',
    message: `type [${at.id}] FUNC: type [${at.refers}] is ${at.kind}, wanted FUNC_PROTO`,
    details: at,
  });
}

export function errNoType(at: { id: number; count: number }): BtfError {
  return new BtfError({
    code: 'BTF_NO_TYPE',
    message: `no type [${at.id}], the last one is [${at.count - 1}]`,
    details: at,
  });
}

export function errExtSection(at: { what: string; problem: string; have: number; want: string }): BtfError {
  return new BtfError({
    code: 'BTF_EXT',
    message: `.BTF.ext ${at.what}: ${at.problem} is ${at.have}, wanted ${at.want}`,
    details: at,
  });
}

export function errTooMuchText(at: { limit: number }): BtfError {
  return new BtfError({
    code: 'BTF_TOO_MUCH_TEXT',
    message: `the types print to more than ${at.limit} bytes of C, out of proportion to their BTF`,
    details: at,
  });
}

export function errTooDeep(at: { id: number; depth: number }): BtfError {
  return new BtfError({
    code: 'BTF_TOO_DEEP',
    message: `type [${at.id}] nests more than ${at.depth} types deep`,
    details: at,
  });
}

export function errTypeCycle(at: { id: number }): BtfError {
  return new BtfError({
    code: 'BTF_TYPE_CYCLE',
    message: `type [${at.id}] holds itself, which C cannot say`,
    details: at,
  });
}

export function errUnprintable(at: { id: number; kind: number }): BtfError {
  return new BtfError({
    code: 'BTF_UNPRINTABLE',
    message: `type [${at.id}] of kind ${at.kind} has no form in C`,
    details: at,
  });
}

export function errOtherBase(): BtfError {
  return new BtfError({
    code: 'BTF_OTHER_BASE',
    message: 'a split BTF can be added only to one that goes on from the same base',
  });
}

export function errReferenceLoop(at: { id: number; refers: number }): BtfError {
  return new BtfError({
    code: 'BTF_REFERENCE_LOOP',
    message: `type [${at.id}] refers to type [${at.refers}], which leads back to it without a struct between`,
    details: at,
  });
}

export function errKindInStruct(at: { id: number; kind: string }): BtfError {
  return new BtfError({
    code: 'BTF_KIND_IN_STRUCT',
    message: `type [${at.id}] ${at.kind}: a struct or union cannot lead to it`,
    details: at,
  });
}

export function errDedupWork(at: { types: number; limit: number }): BtfError {
  return new BtfError({
    code: 'BTF_DEDUP_WORK',
    message: `${at.types} types need more than ${at.limit} comparisons to be deduplicated, out of proportion to their BTF`,
    details: at,
  });
}

export function errNotSplit(): BtfError {
  return new BtfError({ code: 'BTF_NOT_SPLIT', message: 'the BTF has no base, wanted a split BTF' });
}

export function errDistilledKind(at: { id: number; kind: string }): BtfError {
  return new BtfError({
    code: 'BTF_DISTILLED_KIND',
    message: `type [${at.id}] ${at.kind}: a distilled base cannot have it, or not without a name`,
    details: at,
  });
}

export function errUnmappedBase(at: { id: number; name: string; kind: string }): BtfError {
  return new BtfError({
    code: 'BTF_UNMAPPED_BASE',
    message: `type [${at.id}] ${at.kind} '${at.name}' of the distilled base is not in the new base`,
    details: at,
  });
}

export function errAmbiguousBase(at: {
  id: number;
  name: string;
  kind: string;
  first: number;
  second: number;
}): BtfError {
  return new BtfError({
    code: 'BTF_AMBIGUOUS_BASE',
    message: `type [${at.id}] ${at.kind} '${at.name}' of the distilled base may be [${at.first}] or [${at.second}] of the new base`,
    details: at,
  });
}

export function errStringsOverlap(at: { size: number; limit: number }): BtfError {
  return new BtfError({
    code: 'BTF_STRINGS',
    message: `BTF string section: the strings in its ${at.size} bytes overlap and are more than ${at.limit} bytes long together`,
    details: at,
  });
}
