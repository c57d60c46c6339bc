import { type Btf, BtfError, parseBtf } from '../../btf/index.ts';
import type { BtfLoadAttr, Errno, Fd } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import { BtfObject } from '../objects/btf-object.ts';
import { type Caller, installFd } from '../process/caller.ts';
import { isCapable } from '../process/capable.ts';
import { unknownType } from './since.ts';

/** Longest BTF that a process may load. @see include/uapi/linux/btf.h (v6.12): the longest string section */
const BTF_MAX_SIZE = 16 * 1024 * 1024;
const BTF_HEADER_SIZE = 24;

/** BPF_BTF_LOAD. A blob that is no BTF is refused with -EINVAL, and the log says why. */
export function btfLoad(caller: Caller, attr: BtfLoadAttr): Fd | Errno {
  if (!isCapable(caller, 'CAP_BPF')) return -errno.EPERM;
  if (attr.btf.length > BTF_MAX_SIZE) return -errno.E2BIG;
  if (attr.btf.length < BTF_HEADER_SIZE) return -errno.EINVAL;
  const bytes = attr.btf.slice();
  let types: Btf;
  try {
    types = parseBtf(bytes);
  } catch (error) {
    if (!(error instanceof BtfError)) throw error;
    if (attr.log && attr.log.level > 0) attr.log.text += `${error.message}\n`;
    return -errno.EINVAL;
  }
  if (types.endian !== caller.state.endian) return -errno.EINVAL;
  const unknown = unknownType(caller.state.profile.version, types);
  if (unknown !== undefined) {
    if (attr.log && attr.log.level > 0) attr.log.text += `${unknown}\n`;
    return -errno.EINVAL;
  }
  const btf = caller.state.btfs.add(
    (id) => new BtfObject({ id, name: '', kernelBtf: false, load: () => bytes, types }),
  );
  return typeof btf === 'number' ? btf : installFd(caller, 'btf', btf.id);
}
