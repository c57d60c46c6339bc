/**
 * Records what the running kernel says of generated programs, for test/verifier/soundness.test.ts.
 *
 * usage: tsx scripts/record-soundness.ts SERVER COUNT [SEED...] > test/data/verifier/generated-6.18.tsv
 *   SERVER  the program made of scripts/bpf-server.c (as root)
 *   COUNT   seeds from 0 on, and then those named
 */
import { readFileSync } from 'node:fs';
import { parseBtf } from '../src/btf/index.ts';
import { generateProgram } from '../test/support/soundness/generate.ts';
import { digestOf, formatRecorded, lastLine } from '../test/support/soundness/recorded.ts';
import { loadAttr } from '../test/support/soundness/setting.ts';
import { prepareLiveKernel } from './soundness/generated.ts';
import { LiveKernel } from './soundness/live-kernel.ts';

const [server, count, ...named] = process.argv.slice(2);
const live = new LiveKernel(server);
const setting = await prepareLiveKernel(live, parseBtf(new Uint8Array(readFileSync('/sys/kernel/btf/vmlinux'))));
const seeds = [...Array(Number(count)).keys(), ...named.map(Number)];
console.log(
  '# scripts/record-soundness.ts: seed, digest of the instructions, errno, last line of the log (Linux 6.18.44)',
);
for (const seed of seeds) {
  const program = generateProgram(seed);
  const { result, text } = await live.progLoad(loadAttr(program, setting), 4);
  if (result >= 0) await live.close(result);
  const message = result < 0 ? lastLine(text) : '';
  if (/verifier bug/.test(message)) continue;
  console.log(formatRecorded({ seed, digest: digestOf(program), errno: Math.min(result, 0), message }));
}
live.end();
