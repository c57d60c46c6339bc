import type { EbpftsError } from '../base/index.ts';
import { strerror } from './errors.ts';

/** `LIBBPF_ERRNO__FORMAT` @see tools/lib/bpf/libbpf.h (v6.12) */
const FORMAT = 4001;
const ENOENT = 2;
const EINVAL = 22;
export const LIBBPF_OPNOTSUPP = 95;

const BY_CODE: Readonly<Record<string, number>> = {
  OBJECT_STATIC_PROGRAM: LIBBPF_OPNOTSUPP,
  OBJECT_BTF: ENOENT,
  OBJECT_DATASEC: ENOENT,
  OBJECT_MAP: EINVAL,
  OBJECT_MAP_SLOT: EINVAL,
  OBJECT_STRUCT_OPS: EINVAL,
};

/** The errno, positive, with which libbpf refuses to open an object that we refuse for `error`. */
export function libbpfErrno(error: EbpftsError): number {
  if (error.code === 'OBJECT_EXTERN') return externErrno(error.details);
  return BY_CODE[error.code] ?? FORMAT;
}

/** In a section that libbpf does not know; described, but as something that is there; not described at all. */
function externErrno({ section, id }: EbpftsError['details']): number {
  if (section !== undefined) return LIBBPF_OPNOTSUPP;
  return id === undefined ? ENOENT : EINVAL;
}

/** libbpf_strerror(3) */
export function libbpfStrerror(errno: number): string {
  return errno === FORMAT ? 'BPF object format invalid' : strerror(errno);
}
