import { type KernelProfile, versionAtLeast } from '../../catalog/index.ts';
import type { Errno } from '../../syscall/index.ts';
import { errno } from '../../uapi/index.ts';
import type { StoredRecord } from './store.ts';

/** Settings of the kernel, by their names in sysctl(8): files below /proc/sys. */
export type SysctlName = 'kernel.unprivileged_bpf_disabled';

const NAMES: readonly SysctlName[] = ['kernel.unprivileged_bpf_disabled'];

/** Once it is 1 it stays so. */
const LOCKED = 1;
const ROOT = '/proc/sys/';

/** The setting whose file this is. */
export function sysctlAt(path: string): SysctlName | undefined {
  const name = path.startsWith(ROOT) ? path.slice(ROOT.length).replaceAll('/', '.') : undefined;
  return NAMES.find((known) => known === name);
}

/**
 * The kernel's settings that can be changed while it runs.
 * @see Documentation/admin-guide/sysctl/kernel.rst (v6.18)
 */
export class Sysctls {
  readonly #values = new Map<SysctlName, number>();
  /** The least value that may be set, and the most. */
  readonly #range: readonly [number, number];
  changed = false;

  constructor({ version, config }: KernelProfile) {
    const off = config.get('CONFIG_BPF_UNPRIV_DEFAULT_OFF') === 'y';
    this.#values.set('kernel.unprivileged_bpf_disabled', off ? 2 : 0);
    this.#range = versionAtLeast(version, '5.13') ? [0, 2] : [LOCKED, LOCKED];
  }

  get(name: SysctlName): number {
    return this.#values.get(name)!;
  }

  /** What is written to the setting's file. @returns -EINVAL for what it cannot be, -EPERM where it stays as it is */
  set(name: SysctlName, text: string): Errno | 0 {
    const trimmed = text.trim();
    const value = Number(trimmed);
    const [least, most] = this.#range;
    if (!/^\d+$/.test(trimmed) || value < least || value > most) return -errno.EINVAL;
    if (this.get(name) === LOCKED && value !== LOCKED) return -errno.EPERM;
    this.#values.set(name, value);
    this.changed = true;
    return 0;
  }

  toRecord(): StoredRecord {
    return Object.fromEntries(this.#values);
  }

  restore(record: StoredRecord): void {
    for (const name of NAMES) if (typeof record[name] === 'number') this.#values.set(name, record[name]);
  }
}
