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
}

export interface Cgroups {
  /** An fd of the cgroup directory at a path under /sys/fs/cgroup. */
  openCgroup(path: string): Fd | Errno;
}
