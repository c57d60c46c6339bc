import { ByteReader } from '../../base/index.ts';
import { type Btf, type BtfFunc, skipModifiersAndTypedefs } from '../../btf/index.ts';
import { hasFeature } from '../../catalog/index.ts';
import type { ProgLoadAttr } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Refusal } from './refusal.ts';

/**
 * Before tags could say so (Linux 6.8), a pointer to nothing in particular could be no argument of a global function: it
 * is verified apart from its callers.
 */
export function checkGlobalArguments(version: string, attr: ProgLoadAttr, btf: Btf): Refusal | undefined {
  const { funcInfo, funcInfoRecSize = 0 } = attr;
  if (funcInfo === undefined || funcInfoRecSize < 8 || hasFeature(version, 'arg_ctx_tag')) return undefined;
  const reader = new ByteReader(funcInfo, btf.endian);
  for (let at = funcInfoRecSize; at + funcInfoRecSize <= funcInfo.length; at += funcInfoRecSize) {
    const id = reader.u32(at + 4);
    const fn = btf.has(id) ? btf.typeById(id) : undefined;
    const position = fn?.kind === 'FUNC' && fn.linkage === 'global' ? bareArgument(btf, fn) : -1;
    if (position < 0) continue;
    const log = `arg#${position} reference type('UNKNOWN ') size cannot be determined: -22\n`;
    return { errno: -errno.EINVAL, log };
  }
  return undefined;
}

/** The first parameter that is a `void *`. @returns -1 where none is */
function bareArgument(btf: Btf, fn: BtfFunc): number {
  const proto = btf.typeById(fn.type);
  if (proto.kind !== 'FUNC_PROTO') return -1;
  return proto.params.findIndex(({ type }) => {
    const pointer = btf.typeById(skipModifiersAndTypedefs(btf, type));
    return pointer.kind === 'PTR' && skipModifiersAndTypedefs(btf, pointer.type) === 0;
  });
}
