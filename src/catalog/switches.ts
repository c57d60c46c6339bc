import { SWITCHES } from './switches.table.ts';
import { versionAtLeast } from './version.ts';

/** Behaviour that differs between kernel versions, by name: true where it is that of the newest. */
export type KernelSwitches = Readonly<Record<keyof typeof SWITCHES, boolean>>;

const known = new Map<string, KernelSwitches>();

/** The switches of a kernel version. */
export function kernelSwitches(version: string): KernelSwitches {
  let switches = known.get(version);
  if (!switches) {
    const rows = Object.entries(SWITCHES).map(([name, [since]]) => [name, versionAtLeast(version, since)]);
    known.set(version, (switches = Object.fromEntries(rows) as KernelSwitches));
  }
  return switches;
}

/** The versions that behave differently from the ones before. */
export function switchVersions(): string[] {
  return [...new Set(Object.values(SWITCHES).map(([since]) => since))];
}
