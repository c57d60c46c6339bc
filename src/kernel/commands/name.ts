import type { Errno } from '../../syscall/index.ts';
import { BPF_OBJ_NAME_LEN, errno } from '../../uapi/index.ts';

/** Whether the kernel takes it as the name of a map or program: at most 15 of letters, digits, `_` and `.`. */
export function checkObjectName(name: string): Errno | 0 {
  if (name.length >= BPF_OBJ_NAME_LEN) return -errno.EINVAL;
  return /^[A-Za-z0-9_.]*$/.test(name) ? 0 : -errno.EINVAL;
}
