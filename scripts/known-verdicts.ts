/**
 * Holds a run of `verdicts.ts --list` to a list of the programs that are known not to agree with Linux, each with its
 * reason: fails where another one does not agree, where one on the list does, and where a program was not looked at.
 *
 * usage: tsx scripts/known-verdicts.ts KNOWN LIST... [--update]
 *   KNOWN     lines of `class object program reason`, tab-separated, after a `#` remarks
 *   LIST      what `verdicts.ts --list` printed, in parts
 *   --update  writes KNOWN anew: reasons of programs that stay on it are kept, new ones are to be filled in
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { update: { type: 'boolean', default: false } },
});
const [path, ...lists] = positionals;
const TO_FILL_IN = '?';

interface Program {
  readonly kind: string;
  readonly name: string;
  /** Of the list of known ones: why; of a run: what was wanted and what came. */
  readonly text: string;
}

function programs(text: string): Program[] {
  return text
    .split('\n')
    .filter((line) => line.includes('\t') && !line.startsWith('#'))
    .map((line) => {
      const [kind, object, program, ...rest] = line.split('\t');
      return { kind, name: `${object}\t${program}`, text: rest.join('\t') };
    });
}

const head = readFileSync(path, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('#'));
const known = new Map(programs(readFileSync(path, 'utf8')).map((program) => [program.name, program]));
const seen = lists.flatMap((list) => programs(readFileSync(list, 'utf8')));
const apart = seen.filter(({ kind }) => kind !== 'agree').sort((a, b) => (a.name < b.name ? -1 : 1));

if (values.update) {
  const lines = apart.map(({ kind, name }) => `${kind}\t${name}\t${known.get(name)?.text ?? TO_FILL_IN}`);
  writeFileSync(path, `${[...head, ...lines].join('\n')}\n`);
}

const fresh = values.update ? [] : apart.filter(({ kind, name }) => known.get(name)?.kind !== kind);
const apartNames = new Set(apart.map(({ name }) => name));
const settled = values.update ? [] : [...known.values()].filter(({ name }) => !apartNames.has(name));
const say = (what: string, { kind, name, text }: Program) =>
  console.log(`${what}: ${kind}: ${name.replace('\t', ' ')}\n  ${text.replaceAll('\t', '\n  ')}`);
for (const program of fresh) say('left agreement', program);
for (const program of settled) say('agrees now, take it off the list', program);
console.log(
  `suite: ${seen.length} programs, ${seen.length - apart.length} agree with Linux, ${apart.length} known not to, ` +
    `${fresh.length} left agreement, ${settled.length} agree now`,
);
if (seen.length === 0 || fresh.length > 0 || settled.length > 0) process.exitCode = 1;
