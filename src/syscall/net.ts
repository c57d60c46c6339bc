import type { Errno, Fd } from './errno.ts';

/** What `ip link` says of one device. */
export interface NetDevice {
  readonly ifindex: number;
  readonly name: string;
  readonly mtu: number;
  /** 6 bytes. */
  readonly address: Uint8Array;
}

export interface NetDevices {
  netDevices(): readonly NetDevice[];
  /** An fd of a network namespace: `/proc/self/ns/net` is the only one. */
  openNetns(path: string): Fd | Errno;
}

export interface Cgroups {
  /** An fd of the cgroup directory at a path under /sys/fs/cgroup. */
  openCgroup(path: string): Fd | Errno;
}
