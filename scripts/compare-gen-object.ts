/**
 * Compares `gen object` with bpftool's over a folder of objects: each by itself, the pairs that the selftests link,
 * pairs drawn by chance. Both must write the same bytes, or both fail, ours with libbpf's words.
 *
 * usage: tsx scripts/compare-gen-object.ts BPFTOOL FOLDER [RANDOM]
 *   BPFTOOL  or any program that is called as `BPFTOOL gen object OUT IN...`; that of Linux 6.12 links only
 *            objects of the machine's byte order, and not two that both declare one kernel function
 *   RANDOM   number of pairs drawn; default 200
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EbpftsError } from '../src/base/index.ts';
import { linkObjects } from '../src/object/index.ts';
import { mulberry32 } from '../test/support/random.ts';

/** @see tools/testing/selftests/bpf/Makefile (v6.12), LINKED_SKELS */
const SELFTESTS = [
  ['test_static_linked1', 'test_static_linked2'],
  ['linked_funcs1', 'linked_funcs2'],
  ['linked_vars1', 'linked_vars2'],
  ['linked_maps1', 'linked_maps2'],
  ['test_subskeleton_lib2', 'test_subskeleton_lib', 'test_subskeleton'],
  ['test_subskeleton_lib2', 'test_subskeleton_lib'],
  ['test_usdt', 'test_usdt_multispec'],
].map((names) => names.map((name) => `${name}.bpf.o`));

interface Outcome {
  readonly bytes: Uint8Array | undefined;
  readonly error: string;
}

function theirs(bpftool: string, output: string, files: readonly string[]): Outcome {
  rmSync(output, { force: true });
  const { status, stderr } = spawnSync(bpftool, ['gen', 'object', output, ...files], { encoding: 'utf8' });
  return { bytes: status === 0 ? readFileSync(output) : undefined, error: stderr.trim() };
}

function ours(files: readonly string[]): Outcome {
  try {
    const inputs = files.map((name) => ({ name, bytes: readFileSync(name) }));
    return { bytes: linkObjects(inputs).bytes, error: '' };
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    return { bytes: undefined, error: error.message };
  }
}

/** Whether our message holds how libbpf's begins, without what it says of names and numbers. */
function saysTheSame(theirText: string, ourText: string): boolean {
  const said = theirText.replace(/^libbpf: ((global|map) '[^']*': )?/, '');
  return ourText.includes(/^[^'(\d\n]*/.exec(said)?.[0] ?? said);
}

type Verdict = 'identical' | 'different' | 'both refuse' | 'refused in other words' | 'only ours' | 'only theirs';

function compare(their: Outcome, our: Outcome): Verdict {
  if (their.bytes !== undefined && our.bytes !== undefined) {
    return Buffer.compare(their.bytes, our.bytes) === 0 ? 'identical' : 'different';
  }
  if (their.bytes !== undefined) return 'only theirs';
  if (our.bytes !== undefined) return 'only ours';
  return saysTheSame(their.error, our.error) ? 'both refuse' : 'refused in other words';
}

const [bpftool, folder, randomPairs = '200'] = process.argv.slice(2);
const objects = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.o'));
objects.sort();
const random = mulberry32(1);
const draw = () => objects[Math.floor(random() * objects.length)];
const links = {
  alone: objects.map((name) => [name]),
  selftests: SELFTESTS.filter((names) => names.every((name) => objects.includes(name))),
  random: Array.from({ length: Number(randomPairs) }, () => [draw(), draw()]),
};
const scratch = mkdtempSync(join(tmpdir(), 'ebpfts-link-'));
for (const [kind, list] of Object.entries(links)) {
  const tally = new Map<Verdict, number>();
  for (const names of list) {
    const files = names.map((name) => join(folder, name));
    const their = theirs(bpftool, join(scratch, 'linked.o'), files);
    const our = ours(files);
    const verdict = compare(their, our);
    tally.set(verdict, (tally.get(verdict) ?? 0) + 1);
    if (verdict === 'identical' || verdict === 'both refuse') continue;
    console.log(`${verdict}: ${names.join(' + ')}\n  theirs: ${their.error}\n  ours: ${our.error}`);
  }
  console.log(`${kind}: ${list.length} links, ${JSON.stringify(Object.fromEntries(tally))}`);
}
rmSync(scratch, { recursive: true });
