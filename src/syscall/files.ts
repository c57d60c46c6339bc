import type { Errno, Fd } from './errno.ts';

/** What uname(2), sysconf(3) and /sys/devices/system/cpu/possible say. */
export interface MachineFacts {
  /** e.g. `6.18.0` */
  readonly release: string;
  /** e.g. `x86_64` */
  readonly machine: string;
  readonly endian: 'little' | 'big';
  /** Possible CPUs. */
  readonly cpus: number;
  readonly pageSize: number;
  /** Nanoseconds of wall clock minus nanoseconds of boot clock. */
  readonly bootTimeNs: bigint;
}

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly type: 'directory' | 'prog' | 'map' | 'link' | 'file';
}

/** The files that the kernel shows: BTF, kallsyms, kconfig, tracefs, and the bpffs with its pins. Paths are absolute. */
export interface KernelFiles {
  machineFacts(): MachineFacts;
  /** /sys/kernel/btf/vmlinux, /proc/kallsyms, /proc/config.gz (as plain text bytes), /proc/version, settings below /proc/sys. */
  readFile(path: string): Uint8Array | Errno;
  /** Writes to a setting below /proc/sys. */
  writeFile(path: string, bytes: Uint8Array): Errno | 0;
  /** Reads from an fd, e.g. of an iterator; empty at the end. */
  read(fd: Fd, length: number): Uint8Array | Errno;
  readdir(path: string): readonly DirectoryEntry[] | Errno;
  mkdir(path: string): Errno | 0;
  rmdir(path: string): Errno | 0;
  unlink(path: string): Errno | 0;
  rename(from: string, to: string): Errno | 0;
  /** Lines of trace_pipe, each taken out as it is read; ends when `signal` does. */
  tracePipe(signal?: AbortSignal): AsyncIterable<string>;
}
