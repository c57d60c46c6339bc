/**
 * Runs the tests of the kernel's test_verifier on the emulated kernel: verdict, words of the log, what the programs return
 * and their translated form; with all capabilities, and those that the suite runs so without any.
 *
 * usage: tsx scripts/test-verifier.ts FOLDER [--source S] [--kernel V --btf FILE] [--caps CAPS] [--recorded CSV] [--only N]
 *   FOLDER      scratch; what is missing is downloaded (Debian's package) and built there: needs gcc and libbpf-dev
 *   --source    the package or a folder of kernel sources; default linux-source-6.12
 *   --kernel    the version to be emulated, with that kernel's BTF; default 6.18 and the running kernel's
 *   --caps      `all`, `none`, or capabilities (`CAP_BPF,CAP_NET_ADMIN`); default: all, and then none
 *   --recorded  rows of `number,caps,verdict,errno,message` that Linux said of tests: where it does not say what the suite
 *               expects, as Linux says is right too (without capabilities: as it says to CAP_BPF)
 *   --only      one test, with its log
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decodeUtf8, encodeUtf8 } from '../src/base/index.ts';
import { Insns } from '../src/isa/index.ts';
import { createKernel } from '../src/kernel/index.ts';
import type { Capability } from '../src/syscall/index.ts';
import { profileOf618 } from '../test/support/profile.ts';
import { bytesOf, type Outcome, runTest } from './test-verifier/run.ts';
import { RESULTS, type SuiteTest, suiteTests } from './test-verifier/suite.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    source: { type: 'string', default: 'linux-source-6.12' },
    kernel: { type: 'string', default: '6.18.0' },
    btf: { type: 'string', default: '/sys/kernel/btf/vmlinux' },
    caps: { type: 'string' },
    recorded: { type: 'string' },
    only: { type: 'string' },
  },
});

/** POINTER_VALUE: the program returns an address, any. */
const ANY = 0xca_fe4a;
/** Test runs of such programs are not supported, or not allowed: the suite takes it so. */
const NOT_RUN: readonly number[] = [-524, -1];
const ANY_IMM = -1;
/** What separates two parts of an expected sequence. */
const SKIP = { code: 0xde, dst: 0xa, src: 0xd, off: 0xbeef - 0x10000, imm: 0xdeadbeef | 0 };

interface Recorded {
  readonly verdict: string;
  readonly message: string;
}

function readRecorded(caps: string): Map<number, Recorded> {
  const rows = new Map<number, Recorded>();
  if (!values.recorded) return rows;
  for (const line of decodeUtf8(readFileSync(values.recorded)).split('\n').slice(1)) {
    const [number, of, verdict, , ...message] = line.split(',');
    if (of === caps) rows.set(Number(number), { verdict, message: message.join(',') });
  }
  return rows;
}

/** The last line of a log that is not about what was counted. */
function lastLine(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(processed|verification|stack depth) /.test(line));
  return (lines.at(-1) ?? '').replaceAll('\t', ' ');
}

/** Whether all words are in the log, one after the other. */
function hasWords(log: string, words: string): boolean {
  let at = 0;
  for (const word of words === '' ? [] : words.split('\t')) {
    const found = log.indexOf(word, at);
    if (found < 0) return false;
    at = found + word.length;
  }
  return true;
}

/** Whether all parts of a sequence of instructions are there, one after the other. */
function hasInsns(xlated: Uint8Array, hex: string): boolean {
  const [all, wanted] = [new Insns(xlated, 'little'), new Insns(bytesOf(hex), 'little')];
  const parts: number[][] = [[]];
  for (let i = 0; i < wanted.length; i++) {
    if (isSame(wanted, i, Insns.from([SKIP], 'little'), 0)) parts.push([]);
    else parts.at(-1)!.push(i);
  }
  let at = 0;
  for (const part of parts.filter(({ length }) => length > 0)) {
    while (at + part.length <= all.length && !part.every((i, k) => isSame(all, at + k, wanted, i))) at++;
    if (at + part.length > all.length) return false;
    at += part.length;
  }
  return true;
}

function isSame(a: Insns, i: number, b: Insns, k: number): boolean {
  const [one, other] = [a.get(i), b.get(k)];
  return (
    one.code === other.code &&
    one.dst === other.dst &&
    one.src === other.src &&
    (one.off === other.off || other.off === ANY_IMM) &&
    (one.imm === other.imm || other.imm === ANY_IMM)
  );
}

/** @returns what is not as the suite expects it */
function mistakeOf(test: SuiteTest, got: Outcome, unprivileged: boolean): string | undefined {
  const expected = RESULTS[(unprivileged && test.resultUnpriv) || test.result];
  const words = (unprivileged ? test.errstrUnpriv : null) ?? test.errstr ?? '';
  if (got.verdict !== expected) return `${expected} expected, not ${got.verdict}: ${lastLine(got.log)}`;
  const told = expected === 'refuse' || (!unprivileged && test.result === 3);
  if (told && !hasWords(got.log, words)) return `log: ${words.replaceAll('\t', ' ... ')}; but: ${lastLine(got.log)}`;
  const processed = /processed (\d+) insns/.exec(got.log)?.[1];
  if (!unprivileged && test.insnProcessed && test.insnProcessed !== Number(processed)) {
    return `processed ${test.insnProcessed} insns, not ${processed}`;
  }
  return got.verdict === 'accept' ? (mistakeInForm(test, got) ?? mistakeInRuns(test, got, unprivileged)) : undefined;
}

function mistakeInForm(test: SuiteTest, { xlated }: Outcome): string | undefined {
  if (test.expectedInsns !== '' && !hasInsns(xlated, test.expectedInsns)) return 'not translated as expected';
  if (test.unexpectedInsns !== '' && hasInsns(xlated, test.unexpectedInsns)) return 'translated as not expected';
  return undefined;
}

function mistakeInRuns(test: SuiteTest, { returned }: Outcome, unprivileged: boolean): string | undefined {
  for (const [i, { retval, retvalUnpriv }] of (test.runs ?? []).entries()) {
    const wanted = unprivileged && retvalUnpriv !== 0 ? retvalUnpriv : retval;
    if (returned[i] === wanted || wanted === ANY || NOT_RUN.includes(returned[i])) continue;
    return `run ${i + 1} returns ${returned[i]}, not ${wanted}`;
  }
  return undefined;
}

const btf = new Uint8Array(readFileSync(values.btf));
const profile = { ...profileOf618(btf, { CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY: 'y' }), version: values.kernel };

function runAll(tests: readonly SuiteTest[], caps: string): void {
  const unprivileged = caps !== 'all';
  const recorded = readRecorded(caps);
  const likely = readRecorded('CAP_BPF');
  const kernel = createKernel({ verify: 'full', profile });
  const capabilities = unprivileged
    ? caps.split(',').filter((name): name is Capability => name.startsWith('CAP_'))
    : undefined;
  kernel.openProcess().writeFile('/proc/sys/kernel/unprivileged_bpf_disabled', encodeUtf8('0'));
  const counts = { agree: 0, 'as recorded': 0, differ: 0, 'needs the module of the suite': 0 };
  for (const test of tests) {
    if (unprivileged && !test.asUnprivileged) continue;
    if (test.kfuncs.length > 0) {
      counts['needs the module of the suite']++;
      continue;
    }
    const process = kernel.openProcess({ task: { capabilities } });
    const got = runTest(process, test, profile);
    process.exit();
    if (values.only) console.log(`${got.log}${got.returned.join(' ')}`);
    const mistake = mistakeOf(test, got, unprivileged);
    const known = recorded.get(test.number) ?? (mistake ? likely.get(test.number) : undefined);
    const asLinux = known && known.verdict === got.verdict && known.message === (got.errno ? lastLine(got.log) : '');
    if (!mistake && (asLinux || !known)) counts.agree++;
    else if (asLinux) counts['as recorded']++;
    else {
      counts.differ++;
      const said = known
        ? `\n  Linux: ${known.verdict} ${known.message}\n  here:  ${got.verdict} ${lastLine(got.log)}`
        : '';
      console.log(`#${test.number} ${test.name} (${caps}): ${mistake ?? 'not as recorded'}${said}`);
    }
  }
  console.log(
    `${caps}: ${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
  );
}

const tests = suiteTests(positionals[0], values.source).filter(
  ({ number }) => values.only === undefined || number === Number(values.only),
);
for (const caps of values.caps ? [values.caps] : ['all', 'none']) runAll(tests, caps);
