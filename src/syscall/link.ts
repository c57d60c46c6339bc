import type { Errno, Fd } from './errno.ts';

/** `struct bpf_attr` of BPF_LINK_CREATE: what is common, then by attach type. */
export interface LinkCreateAttr {
  /** The program; for a struct_ops map, its fd. */
  readonly progFd: Fd;
  readonly attachType: number;
  readonly flags?: number;
  /** A cgroup or network namespace fd, or an ifindex. */
  readonly target?: number;
  readonly targetBtfId?: number;
  /** tracing, raw_tracepoint, perf_event. */
  readonly cookie?: bigint;
  /** raw_tracepoint (BPF_RAW_TRACEPOINT_OPEN). */
  readonly tpName?: string;
  /** perf_event: an fd of `perfEventOpen`. */
  readonly perfEventFd?: Fd;
  readonly kprobeMulti?: {
    readonly flags: number;
    readonly syms: readonly string[];
    readonly cookies?: readonly bigint[];
  };
  readonly uprobeMulti?: {
    readonly path: string;
    readonly offsets: readonly bigint[];
    readonly refCtrOffsets?: readonly bigint[];
    readonly cookies?: readonly bigint[];
    readonly flags: number;
    readonly pid: number;
  };
  readonly iter?: {
    readonly mapFd?: Fd;
    readonly cgroupFd?: Fd;
    readonly order?: number;
    readonly tid?: number;
    readonly pid?: number;
  };
  readonly netfilter?: {
    readonly pf: number;
    readonly hooknum: number;
    readonly priority: number;
    readonly flags: number;
  };
}

/** `struct bpf_link_info`; `attach` holds the fields of the link type under the names that bpftool's JSON gives them. */
export interface LinkInfo {
  readonly kind: 'link';
  /** BPF_LINK_TYPE_* */
  readonly type: number;
  readonly id: number;
  readonly progId: number;
  readonly attach: LinkAttachInfo;
}

/** What a link is attached to; only the fields of its type are present. */
export interface LinkAttachInfo {
  readonly tpName?: string;
  readonly cookie?: bigint;
  readonly attachType?: number;
  readonly targetObjId?: number;
  readonly targetBtfId?: number;
  readonly cgroupId?: bigint;
  readonly targetName?: string;
  readonly mapId?: number;
  readonly order?: number;
  readonly tid?: number;
  readonly pid?: number;
  readonly netnsIno?: number;
  readonly ifindex?: number;
  readonly netfilter?: {
    readonly pf: number;
    readonly hooknum: number;
    readonly priority: number;
    readonly flags: number;
  };
  readonly multi?: {
    readonly flags: number;
    readonly path?: string;
    readonly funcs: readonly {
      readonly name: string;
      readonly address: bigint;
      readonly cookie: bigint;
      readonly refCtrOffset?: bigint;
    }[];
  };
  readonly perfEvent?: PerfEventInfo;
}

/** What a perf event that a link holds stands for. */
export type PerfEventInfo =
  | { readonly type: 'kprobe' | 'kretprobe'; readonly func: string; readonly offset: number; readonly address: bigint }
  | {
      readonly type: 'uprobe' | 'uretprobe';
      readonly file: string;
      readonly offset: bigint;
      readonly refCtrOffset: bigint;
    }
  | { readonly type: 'tracepoint'; readonly name: string }
  | { readonly type: 'event'; readonly eventType: number; readonly config: bigint };

/** The link commands of bpf(2). */
export interface LinkCommands {
  linkCreate(attr: LinkCreateAttr): Fd | Errno;
  linkUpdate(fd: Fd, newProgFd: Fd, options?: { readonly oldProgFd?: Fd; readonly flags?: number }): Errno | 0;
  linkDetach(fd: Fd): Errno | 0;
  /** BPF_ITER_CREATE: an fd that `read` takes the iterator's text from. */
  iterCreate(linkFd: Fd): Fd | Errno;
}
