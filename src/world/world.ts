/** A device that is to appear. */
export interface WorldDevice {
  /** At most 15 bytes. */
  readonly name: string;
  /** Default: the next free number. */
  readonly ifindex?: number;
  /** Bytes; default 1500. */
  readonly mtu?: number;
  /** 6 bytes; default made from the number. */
  readonly address?: Uint8Array;
}

/** A task that is to appear. */
export interface WorldTask {
  readonly pid: number;
  /** Default: the pid. */
  readonly tgid?: number;
  /** At most 15 bytes. */
  readonly comm: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** What became of a packet. */
export interface PacketOutcome {
  /** `pass`: it went up the stack. `tx`, `redirect`: it left, see `ifindex`. */
  readonly verdict: 'pass' | 'drop' | 'aborted' | 'tx' | 'redirect';
  /** From the Ethernet header on, as it is now. */
  readonly packet: Uint8Array;
  /** The device that it left by; undefined where it left by none. */
  readonly ifindex?: number;
}

/** Something that happens at a place that programs can be attached to. */
export type HookEvent =
  | { readonly hook: 'raw_tracepoint'; readonly name: string; readonly args: readonly bigint[] }
  | { readonly hook: 'tracepoint'; readonly name: string; readonly record: Uint8Array }
  | { readonly hook: 'kprobe' | 'kretprobe'; readonly function: string; readonly registers: Uint8Array }
  | {
      /** A place in a user program; a static probe (USDT) is hit as a `uprobe`. */
      readonly hook: 'uprobe' | 'uretprobe';
      /** The file as the link shows it. */
      readonly path: string;
      /** Byte offset in the file. */
      readonly offset: bigint;
      /** `struct pt_regs`. */
      readonly registers: Uint8Array;
      /** User address of the place, for bpf_get_func_ip; default 0. */
      readonly address?: bigint;
    }
  | {
      readonly hook: 'fentry' | 'fexit';
      readonly function: string;
      readonly args: readonly bigint[];
      readonly result?: bigint;
    };

/** One program that ran on an event. */
export interface HookRun {
  readonly progId: number;
  readonly linkId: number;
  readonly retval: number;
}

/** What the outside does to a kernel. Calls are synchronous: what they set off has happened when they return. */
export interface World {
  /** @returns its ifindex */
  addDevice(device: WorldDevice): number;
  /** A task that later events can name as the one they happen to. */
  addTask(task: WorldTask): void;
  /**
   * Bytes in a task's memory, for programs to read.
   * @returns their user address; undefined where there is no such task
   */
  putUserMemory(pid: number, bytes: Uint8Array): bigint | undefined;
  /** The task ends. */
  removeTask(pid: number): void;
  /**
   * A packet comes in on a device: XDP, then tc programs at ingress.
   * @param packet from the Ethernet header on
   * @returns undefined where there is no such device
   */
  deliverPacket(ifindex: number, packet: Uint8Array): PacketOutcome | undefined;
  /** Runs the programs that are attached where this happens. @param pid the task that it happens to; default: none (0) */
  fire(event: HookEvent, pid?: number): readonly HookRun[];
  /** Time goes on to `ns` of the monotonic clock; timers that fall due fire in order. */
  advanceTo(ns: bigint): void;
}
