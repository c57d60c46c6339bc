import { attachTypeNames, helperName, linkTypeNames, mapTypeNames, progTypeNames } from '../../catalog/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errUsage } from '../errors.ts';

/** Names of all helpers from `bpf_unspec` on, in the order of their numbers. */
function helperNames(): string[] {
  const names: string[] = [];
  for (let id = 0; ; id++) {
    const name = helperName(id);
    if (name === undefined) return names;
    names.push(name);
  }
}

const GROUPS: readonly (readonly [name: string, names: () => readonly string[]])[] = [
  ['prog_types', () => progTypeNames],
  ['map_types', () => mapTypeNames],
  ['attach_types', () => attachTypeNames],
  ['link_types', () => linkTypeNames],
  ['helpers', helperNames],
];

/** Lists what this version knows of, without asking any kernel. */
export const featureListBuiltins: Handler = (_context, words) => {
  if (words.count === 0) throw errUsage();
  const group = GROUPS.find(([name]) => words.is(name));
  if (group === undefined) {
    throw errFailed(
      `expected 'prog_types', 'map_types', 'attach_types', 'link_types' or 'helpers', got: ${words.peek}`,
    );
  }
  const names = group[1]();
  return { plain: () => names.map((name) => `${name}\n`), json: () => names };
};
