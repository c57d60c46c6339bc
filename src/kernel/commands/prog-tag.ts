import { sha1, sha256, toHex } from '../../base/index.ts';
import { BPF_LD_IMM64, type Insns } from '../../isa/index.ts';
import { BPF_TAG_SIZE, bpf_pseudo } from '../../uapi/index.ts';

const { BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE } = bpf_pseudo;

/** A program's tag: the first 8 bytes of a digest of its instructions without the fds and offsets of maps. */
export function progTag(insns: Insns, digest: 'sha1' | 'sha256'): string {
  const stable = insns.slice();
  for (let i = 0; i < stable.length; i++) {
    if (stable.code(i) !== BPF_LD_IMM64) continue;
    const src = stable.src(i);
    if ((src === BPF_PSEUDO_MAP_FD || src === BPF_PSEUDO_MAP_VALUE) && i + 1 < stable.length) stable.setImm64(i, 0n);
    i++;
  }
  const hash = digest === 'sha1' ? sha1(stable.bytes) : sha256(stable.bytes);
  return toHex(hash.subarray(0, BPF_TAG_SIZE));
}
