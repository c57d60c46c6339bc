/**
 * Generates programs, asks the verifier and the running kernel about each, runs those that are accepted step by step in
 * the checked interpreter, and says where the two verdicts differ and where a run was not as the verifier believed.
 *
 * usage: tsx scripts/soundness.ts SERVER FIRST COUNT [--suite FOLDER] [--log] [--show N] [--save FILE]
 *   SERVER   the program made of scripts/bpf-server.c (as root: it loads programs into the running kernel, nothing else)
 *   FIRST    seed of the first program
 *   COUNT    how many programs
 *   --suite  programs of a folder of BPF objects, with some instructions changed, instead of generated ones
 *   --log    compares the logs of level 2 too (slow)
 *   --show   prints the two logs of level N of the program FIRST
 *   --save   adds one line with the counts to a file
 *
 * SIGTERM ends it with what was found until then.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseBtf } from '../src/btf/index.ts';
import { profileOf618 } from '../test/support/profile.ts';
import { Emulated } from '../test/support/soundness/emulated.ts';
import { Findings } from './soundness/findings.ts';
import { generatedPrograms } from './soundness/generated.ts';
import { LiveKernel } from './soundness/live-kernel.ts';
import type { Source } from './soundness/source.ts';
import { suitePrograms } from './soundness/suite.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    btf: { type: 'string', default: '/sys/kernel/btf/vmlinux' },
    suite: { type: 'string' },
    log: { type: 'boolean', default: false },
    show: { type: 'string' },
    save: { type: 'string' },
  },
});
const [server, first, count] = [positionals[0], Number(positionals[1]), Number(positionals[2] ?? 1)];
/** Programs that are on their way at once. */
const BATCH = 64;

const live = new LiveKernel(server);
const types = new Uint8Array(readFileSync(values.btf));
const emulated = new Emulated(profileOf618(types, { CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY: 'y' }));
const findings = new Findings(values.log);
const source: Source = values.suite
  ? suitePrograms(values.suite, { emulated, live })
  : await generatedPrograms({ emulated, live, vmlinux: parseBtf(types) });
const level = values.log ? 2 : 4;

/** Says what was found so far. */
function report(): void {
  console.log(findings.report());
  if (values.save)
    appendFileSync(values.save, `${values.suite ? 'suite' : 'generated'} ${first} ${findings.counts()}\n`);
}

process.once('SIGTERM', () => {
  report();
  process.exit();
});

if (values.show) {
  for await (const { attrs, seed } of source.programs(first, 1)) {
    const theirs = await live.progLoad(attrs.live, Number(values.show));
    const ours = emulated.load(attrs.emulated, Number(values.show));
    console.log(
      `=== seed ${seed}: running kernel ${theirs.result}\n${theirs.text}=== ours ${ours.result} ${ours.crash ?? ''}\n${ours.log}`,
    );
    if (ours.result >= 0) console.log(emulated.run(ours.result, { progType: attrs.emulated.progType, seed }));
  }
} else {
  let pending: Promise<void>[] = [];
  for await (const program of source.programs(first, count)) {
    const { attrs, seed } = program;
    const answer = live.progLoad(attrs.live, level);
    const ours = emulated.load(attrs.emulated, level);
    const followed =
      ours.result >= 0 ? emulated.run(ours.result, { progType: attrs.emulated.progType, seed }) : undefined;
    if (ours.result >= 0) emulated.process.close(ours.result);
    pending.push(
      answer.then((theirs) => {
        if (theirs.result >= 0) void live.close(theirs.result);
        findings.add(program, { ours, theirs, followed });
      }),
    );
    if (pending.length < BATCH) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
  report();
}
live.end();
process.exit();
