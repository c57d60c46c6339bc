import type { LinkAttachInfo } from '../../syscall/index.ts';

/** A link; plain data, as it is saved. It holds its program, and what it is attached to. */
export interface BpfLink {
  readonly id: number;
  /** BPF_LINK_TYPE_* */
  readonly type: number;
  /** 0 for a struct_ops link. */
  progId: number;
  /** BPF_* attach type. */
  readonly attachType: number;
  readonly flags: number;
  readonly cookie: bigint;
  /** What it is attached to, as `objGetInfoByFd` tells it. */
  attach: LinkAttachInfo;
  /** A perf event that it holds; 0: none. */
  readonly perfEventId: number;
  /** A map that it holds: that of an iterator, struct_ops or socket map; 0: none. */
  mapId: number;
  /** A program that it holds beside its own: what an `ext` or tracing program is attached to; 0: none. */
  readonly targetProgId: number;
  /** It is still there, but its program is called no more. */
  detached: boolean;
}

/** A program attached without a link: BPF_PROG_ATTACH. */
export interface Attachment {
  readonly kind: 'cgroup' | 'netns' | 'sockmap' | 'tcx';
  /** Cgroup id, namespace inode, map id or device. */
  readonly target: number;
  readonly attachType: number;
  readonly progId: number;
  /** BPF_F_ALLOW_OVERRIDE, BPF_F_ALLOW_MULTI. */
  readonly flags: number;
}
