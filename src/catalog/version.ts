/** Whether a kernel version (`major.minor.patch`) is that one (`major.minor`) or newer. */
export function versionAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Behaviour that differs between kernel versions, by name. */
export interface KernelSwitches {
  /** What a program's tag is taken of: SHA-256 since 6.18, SHA-1 before. */
  readonly tagDigest: 'sha1' | 'sha256';
}

/** The switches of a kernel version. */
export function kernelSwitches(version: string): KernelSwitches {
  return { tagDigest: versionAtLeast(version, '6.18') ? 'sha256' : 'sha1' };
}
