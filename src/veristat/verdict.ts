import { EbpftsError, encodeUtf8 } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import { type KernelProfile, progTypeNames, type SinceRow, sinceText } from '../catalog/index.ts';
import type { RefusalReport } from '../isa/index.ts';
import { createKernel } from '../kernel/index.ts';
import { loadObject, ProgramLoadError, SyscallError } from '../loader/index.ts';
import type { BpfObject, ProgramSpec } from '../object/index.ts';
import type { Capability, ProgInfo } from '../syscall/index.ts';
import type { VerifyCounters, VerifyResult } from '../verifier/index.ts';
import { lacksOf } from './lacks.ts';
import { sizeMaps } from './map-sizes.ts';

/** What the verifier says of one program. */
export interface ProgramVerdict {
  readonly program: string;
  readonly section: string;
  /** As bpftool names it, e.g. `xdp`. */
  readonly type: string;
  /** `unknown`: it could not be told, and `message` says why. */
  readonly verdict: 'accepted' | 'refused' | 'unknown';
  /** Negative where it was refused, else 0. */
  readonly errno: number;
  /** The verifier's last words; empty where it was accepted. */
  readonly message: string;
  /** 16 hexadecimal digits; empty where it was not accepted. */
  readonly tag: string;
  /** Microseconds that the load took. */
  readonly duration: number;
  readonly counters: VerifyCounters;
  /** Where the verifier refused it. */
  readonly report?: RefusalReport;
  /** Where it was not accepted: what the kernel lacks of all that the program names. */
  readonly lacks: readonly SinceRow[];
  readonly log: string;
}

export interface VeristatOptions {
  /** The kernel that is asked. */
  readonly profile: KernelProfile;
  /** BTF to relocate against instead of the kernel's. */
  readonly coreTarget?: Btf;
  /** Kconfig lines that come before the kernel's own. */
  readonly kconfig?: string;
  /** BPF_LOG_*; default 1. */
  readonly logLevel?: number;
  /** Those of the loader, on a kernel that lets everybody load; default: all. */
  readonly capabilities?: readonly Capability[];
  /** Milliseconds from any beginning; default: all durations are 0. */
  readonly now?: () => number;
}

const NOTHING: VerifyCounters = { insns: 0, states: 0, peakStates: 0, maxStatesPerInsn: 0 };

/**
 * Verifies each program of an object by itself, all others left out, in a kernel in memory that is gone afterwards.
 *
 * @example
 * import { openObject, verifyObject } from 'ebpfts';
 * import { createNodeHost } from 'ebpfts/host';
 * import { newProfile } from 'ebpfts/machine';
 * import { readFileSync } from 'node:fs';
 *
 * const object = openObject(readFileSync('firewall.bpf.o'), { name: 'firewall' });
 * for (const { program, verdict } of verifyObject(object, { profile: newProfile(createNodeHost()) })) {
 *   console.log(program, verdict);
 * }
 */
export function* verifyObject(object: BpfObject, options: VeristatOptions): Generator<ProgramVerdict> {
  let result: VerifyResult | undefined;
  const kernel = createKernel({
    profile: options.profile,
    verify: 'full',
    verified: (last) => {
      result = last;
    },
  });
  const { capabilities } = options;
  // A kernel that lets everybody load: what is left is what the verifier says of it.
  if (capabilities) kernel.openProcess().writeFile('/proc/sys/kernel/unprivileged_bpf_disabled', encodeUtf8('0'));
  const loaded = object.programs.map((program) => program.autoload);
  const sizes = object.maps.map((map) => map.maxEntries);
  sizeMaps(object, options.profile.pageSize);
  try {
    for (const program of object.programs) {
      for (const each of object.programs) each.autoload = each === program;
      result = undefined;
      const process = kernel.openProcess({ task: { capabilities } });
      const begin = options.now?.() ?? 0;
      const { log, ...outcome } = load();
      const lacks = outcome.tag === '' ? lacksOf(object, options.profile.version) : [];
      const duration = Math.round(((options.now?.() ?? 0) - begin) * 1000);
      process.exit();
      yield verdictOf(program, { ...outcome, log, lacks, duration, result });

      function load(): Loaded {
        const { coreTarget, kconfig, logLevel = 1 } = options;
        try {
          const { programs } = loadObject(process, object, { coreTarget, kconfig, logLevel });
          const [only] = programs;
          const info = process.objGetInfoByFd(only.fd) as ProgInfo;
          return { errno: 0, tag: info.tag, log: only.log };
        } catch (error) {
          if (error instanceof ProgramLoadError) {
            return { errno: error.errno, tag: '', log: error.log, report: error.report };
          }
          if (!(error instanceof EbpftsError)) throw error;
          const errno = error instanceof SyscallError ? error.errno : 0;
          return { errno, tag: '', log: '', problem: error.message };
        }
      }
    }
  } finally {
    for (const [i, program] of object.programs.entries()) program.autoload = loaded[i];
    for (const [i, map] of object.maps.entries()) map.maxEntries = sizes[i];
  }
}

interface Loaded {
  readonly errno: number;
  readonly tag: string;
  readonly log: string;
  /** Why it was refused, with what the loader knows of it. */
  readonly report?: RefusalReport;
  /** Why it did not come to a load. */
  readonly problem?: string;
}

interface Outcome extends Loaded {
  readonly lacks: readonly SinceRow[];
  readonly duration: number;
  readonly result: VerifyResult | undefined;
}

function verdictOf({ name, section, progType }: ProgramSpec, outcome: Outcome): ProgramVerdict {
  const { errno, tag, log, lacks, problem, duration, result } = outcome;
  const verdict = decide(outcome);
  // What a loader asks a kernel about is verified too.
  const report =
    outcome.report ?? (problem === undefined && result?.verdict === 'rejected' ? result.report : undefined);
  return {
    program: name,
    section,
    type: progTypeNames[progType] ?? String(progType),
    verdict,
    errno,
    message:
      verdict === 'accepted'
        ? ''
        : report?.message || lastLine(log) || [problem, lackText(lacks)].filter(Boolean).join('\n'),
    tag,
    duration,
    counters: result?.counters ?? NOTHING,
    report,
    lacks,
    log,
  };
}

/** Where the kernel gives an errno alone. */
function lackText(lacks: readonly SinceRow[]): string {
  return lacks.map((row) => `there is no ${sinceText(row)} before Linux ${row.since}`).join(', ');
}

function decide({ errno, tag, lacks, problem, result }: Outcome): ProgramVerdict['verdict'] {
  // A map that a kernel of that version does not create.
  if (problem !== undefined) return errno !== 0 && lacks.length > 0 ? 'refused' : 'unknown';
  if (result?.verdict === 'rejected') return result.unsupported ? 'unknown' : 'refused';
  if (tag !== '') return 'accepted';
  // The verifier took it, and what comes after it could not make of it what runs.
  return result?.verdict === 'accepted' || errno === 0 ? 'unknown' : 'refused';
}

/** The last line that is not about what was counted. */
function lastLine(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line !== '' && !/^(processed|verification time|stack depth) /.test(line));
  return lines.at(-1) ?? '';
}
