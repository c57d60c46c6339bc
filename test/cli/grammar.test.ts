import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HELP, NOUNS } from '../../src/cli/grammar.ts';
import { OPTION_FLAGS } from '../../src/cli/options.ts';
import { usageText } from '../../src/cli/usage.ts';
import { runCli, shellWords } from '../support/cli.ts';

const CASES = join(import.meta.dirname, 'cases');
const lines = readdirSync(CASES).flatMap((name) => readFileSync(join(CASES, name, 'cmd'), 'utf8').split('\n'));
const commands = lines.map(shellWords).filter(([program]) => program === 'ebpfts');
const verbs = NOUNS.flatMap((noun) => noun.verbs.map((verb) => ({ noun, verb })));
const allUsages = NOUNS.map(({ name }) => usageText(name)).join('');

describe('every command', () => {
  test.for(verbs.map(({ noun, verb }) => [noun.name, verb.name] as const))('%s %s is in the help', ([noun, verb]) => {
    expect(usageText(noun)).toMatch(new RegExp(`\\b${verb}\\b`));
  });

  const done = verbs.filter(({ verb }) => verb.load !== undefined || verb === HELP);
  test.for(done.map(({ noun, verb }) => [noun.name, verb.name] as const))('%s %s has a case', ([noun, verb]) => {
    expect(commands.some((words) => words.includes(noun) && words.includes(verb))).toBe(true);
  });

  const missing = verbs.filter(({ verb }) => verb.load === undefined && verb !== HELP);
  test.for(missing.map(({ noun, verb }) => [noun.name, verb.name] as const))(
    '%s %s is known but not there yet',
    async ([noun, verb]) => {
      const { stderr, status } = await runCli([noun, verb]);
      expect(stderr).toBe(`Error: not supported yet: ebpfts ${noun} ${verb}\n`);
      expect(status).toBe(255);
    },
  );
});

describe('every option', () => {
  const options = OPTION_FLAGS.map(([flags]) => flags.match(/--[\w-]+/)?.[0] ?? '');
  test.for(options)('%s is in the help', (option) => expect(allUsages + usageText(undefined)).toContain(option));

  const shorts = OPTION_FLAGS.map(([flags]) => flags.split(/[ ,]+/).filter((word) => word.startsWith('-')));
  test.for(shorts)('%s has a case', (names) => {
    // Every case runs with these two.
    const always = ['--machine', '--btf'];
    expect(always.includes(names[0]) || commands.some((words) => words.some((word) => names.includes(word)))).toBe(
      true,
    );
  });
});

describe('the first row that a word abbreviates is meant', () => {
  test.for([
    ['', 'help'],
    ['p', 'prog'],
    ['pe', 'perf'],
    ['m', 'map'],
    ['mac', 'machine'],
    ['b', 'batch'],
    ['bt', 'btf'],
    ['o', 'object'],
    ['v', 'version'],
    ['l', 'link'],
    ['i', 'iter'],
  ] as const)('%s is %s', ([word, name]) => {
    expect(NOUNS.find((noun) => noun.name.startsWith(word))?.name).toBe(name);
  });

  test.for([
    ['prog', 's', 'show'],
    ['prog', 'l', 'list'],
    ['prog', 'lo', 'load'],
    ['prog', 'd', 'dump'],
    ['prog', 'p', 'pin'],
    ['prog', 'r', 'run'],
    ['map', 'd', 'dump'],
    ['map', 'de', 'delete'],
    ['map', 'p', 'pin'],
    ['map', 'pe', 'peek'],
    ['map', 'e', 'event_pipe'],
    ['map', 'c', 'create'],
  ] as const)('%s %s is %s', ([noun, word, name]) => {
    const row = NOUNS.find((each) => each.name === noun);
    expect(row?.verbs.find((verb) => verb.name.startsWith(word))?.name).toBe(name);
  });
});

describe('no word at all means', () => {
  test.for([
    ['prog', 'show'],
    ['map', 'show'],
    ['link', 'show'],
    ['btf', 'show'],
    ['feature', 'probe'],
    ['gen', 'object'],
    ['machine', 'path'],
    ['object', 'show'],
  ] as const)('%s: %s', ([noun, verb]) => {
    expect(NOUNS.find((each) => each.name === noun)?.verbs[0].name).toBe(verb);
  });
});
