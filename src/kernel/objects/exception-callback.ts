import { ByteReader } from '../../base/index.ts';
import { BTF_KIND, type Btf } from '../../btf/index.ts';

const PREFIX = 'exception_callback:';

/** `bpf_func_info` records. */
export interface FuncInfo {
  readonly bytes: Uint8Array;
  /** Bytes of one. */
  readonly size: number;
}

/**
 * First instruction of the subprogram that a declaration tag on the main function names as the program's exception
 * callback; undefined where there is none.
 */
export function exceptionCallbackOf(btf: Btf, { bytes, size }: FuncInfo): number | undefined {
  if (size < 8 || bytes.length < size) return undefined;
  const records = new ByteReader(bytes, btf.endian);
  const name = callbackName(btf, records.u32(4));
  if (name === undefined) return undefined;
  for (let at = size; at + size <= bytes.length; at += size) {
    const type = records.u32(at + 4);
    if (btf.has(type) && btf.nameOf(type) === name) return records.u32(at);
  }
  return undefined;
}

function callbackName(btf: Btf, main: number): string | undefined {
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DECL_TAG) continue;
    const tag = btf.typeById(id);
    if (tag.kind !== 'DECL_TAG' || tag.type !== main || tag.componentIndex !== -1) continue;
    if (tag.name.startsWith(PREFIX)) return tag.name.slice(PREFIX.length);
  }
  return undefined;
}
