// Holds the house rules on files that no linter has: length, and names that invite odds and ends.
// Usage: tsx scripts/check-sizes.ts [ROOT]
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const MAX_LINES = 600;
/** Tables and generated constants are data: they may be long. */
const UNLIMITED = /(\.table\.ts$|^src\/uapi\/)/;
const BANNED_FOLDERS = /(^|\/)(utils?|common|misc|shared)\//;
const BANNED_FILES = /(^|\/)(utils?|helpers?|common|misc|types)\.ts$/;

/** Everything wrong with the sources below `root`, a sentence each. */
export function sizeViolations(root: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    if (BANNED_FOLDERS.test(path) || BANNED_FILES.test(path)) {
      found.push(`${path}: a file is named for what it owns, not utils, common, helpers or types`);
    }
    const lines = readFileSync(join(root, path), 'utf8').split('\n').length - 1;
    if (lines > MAX_LINES && !UNLIMITED.test(path)) found.push(`${path}: ${lines} lines, at most ${MAX_LINES}`);
  }
  return found;
}

if (import.meta.filename === process.argv[1]) {
  const found = sizeViolations(process.argv[2] ?? '.');
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
