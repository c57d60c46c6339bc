import { decodeUtf8 } from '../../base/index.ts';
import { BTF_KIND } from '../../btf/index.ts';
import { errno } from '../../uapi/index.ts';
import { scopeOf } from '../hooks/scope.ts';
import { kernelPlace, readKernelString, result, setU64, u32 } from './access.ts';
import type { HelperFamily } from './family.ts';

/** Longest name of a kernel symbol. */
const KSYM_NAME_LEN = 512;

/** What the kernel's own tables of names know: for syscall programs. */
export const kernelNameHelpers: HelperFamily = {
  BPF_FUNC_kallsyms_lookup_name(exec, name, size, flags, to) {
    const { state } = scopeOf(exec).runtime;
    const place = kernelPlace(state.memory, to, 8);
    if (place < 0) return result(-errno.EFAULT);
    setU64(state, place, 0n);
    const bytes = readKernelString(state.memory, name, Math.min(u32(size), KSYM_NAME_LEN));
    if (flags !== 0n || u32(size) <= 1 || !bytes || bytes.length !== u32(size) - 1) return result(-errno.EINVAL);
    const address = state.symbols().address(decodeUtf8(bytes));
    if (address === undefined) return result(-errno.ENOENT);
    setU64(state, place, address);
    return 0n;
  },
  BPF_FUNC_btf_find_by_name_kind(exec, name, size, kind, flags) {
    const { state } = scopeOf(exec).runtime;
    const bytes = readKernelString(state.memory, name, u32(size));
    if (flags !== 0n || u32(size) <= 1 || !bytes || bytes.length !== u32(size) - 1) return result(-errno.EINVAL);
    const wanted = u32(kind);
    const btf = state.btf();
    if (!btf || wanted === 0 || !Object.values(BTF_KIND).some((number) => number === wanted))
      return result(-errno.ENOENT);
    const id = btf.idsByName(decodeUtf8(bytes)).find((one) => btf.kindOf(one) === wanted);
    return result(id ?? -errno.ENOENT);
  },
};
