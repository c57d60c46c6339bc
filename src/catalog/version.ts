const keys = new Map<string, number>();

/** A number that grows with the version; what follows `major.minor` does not count. */
function keyOf(version: string): number {
  let key = keys.get(version);
  if (key === undefined) {
    const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
    keys.set(version, (key = major * 1000 + minor));
  }
  return key;
}

/** Whether a kernel version (`major.minor.patch`) is that one (`major.minor`) or newer. */
export function versionAtLeast(version: string, wanted: string): boolean {
  return keyOf(version) >= keyOf(wanted);
}

/** The last minor number of each major one that the catalogue knows, and the first. */
const SERIES: readonly (readonly [major: number, first: number, last: number])[] = [
  [5, 4, 19],
  [6, 0, 18],
];

/** The versions (`major.minor`) that the catalogue knows, oldest first. */
export function kernelVersions(): string[] {
  return SERIES.flatMap(([major, first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => `${major}.${first + i}`),
  );
}
