import type { SecDef } from './sec.table.ts';
import { SEC_DEFS } from './sec.table.ts';

const byName = new Map(SEC_DEFS.map((def) => [def.name, def]));

/**
 * The row for a section name as it stands in an object, without its leading `?`; undefined where libbpf knows no program
 * type for it.
 */
export function findSec(section: string): SecDef | undefined {
  const exact = byName.get(section);
  if (exact !== undefined) return exact;
  const slash = section.indexOf('/');
  const prefix = slash < 0 ? undefined : byName.get(section.slice(0, slash));
  return prefix?.target ? prefix : undefined;
}

/** What follows the first `/` of a section's name: the attachment target; undefined where there is none. */
export function secTarget(section: string): string | undefined {
  const slash = section.indexOf('/');
  return slash < 0 ? undefined : section.slice(slash + 1);
}
