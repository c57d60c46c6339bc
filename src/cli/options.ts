import type { BpftoolForm } from '../btf/index.ts';
import type { VerifyDepth } from '../kernel/index.ts';
import { CAPABILITIES, type Capability } from '../syscall/index.ts';
import { errFailed } from './errors.ts';

/** The options that may stand anywhere on the line, before or after the words. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly pretty: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Also show where objects are pinned. */
  readonly bpffs: boolean;
  /** Ignore unknown attributes of maps. */
  readonly mapcompat: boolean;
  /** Mount nothing. */
  readonly nomount: boolean;
  /** Verifier logs and everything that the library has to say. */
  readonly debug: boolean;
  readonly useLoader: boolean;
  readonly baseBtf: string | undefined;
  /** The version of bpftool whose output is wanted, where versions differ. */
  readonly bpftool: BpftoolForm;
  /** BTF of the kernel to relocate against. */
  readonly btf: string | undefined;
  /** Kernel configuration that comes before the machine's. */
  readonly kconfig: string | undefined;
  /** `major.minor[.patch]` */
  readonly kernel: string | undefined;
  readonly arch: string | undefined;
  /** Path of the machine. */
  readonly machine: string | undefined;
  /** Capabilities of the process; undefined: all. */
  readonly capabilities: readonly Capability[] | undefined;
  /** `btf diff`: the words after the two files are objects, and only what these use is compared. */
  readonly usedBy: boolean;
  /** `btf diff`: return 1 where there are differences. */
  readonly exitCode: boolean;
  /** How much of the verifier programs go through when they are loaded: `full` or `structure`. */
  readonly verify: VerifyDepth | undefined;
  /** `verify`: table, csv, json or sarif. */
  readonly output: string | undefined;
  /** `verify`: a CSV of an earlier run that is compared with. */
  readonly baseline: string | undefined;
  /** `verify`: instructions that a program may take at most. */
  readonly maxInsns: string | undefined;
}

/** Flags as commander wants them, and what the help says. */
export const OPTION_FLAGS: readonly (readonly [flags: string, description: string])[] = [
  ['-j, --json', 'print JSON'],
  ['-p, --pretty', 'print JSON over several lines'],
  ['-d, --debug', 'print logs of the library and the verifier'],
  ['-f, --bpffs', 'show the paths that objects are pinned at'],
  ['-m, --mapcompat', 'ignore unknown attributes of maps'],
  ['-n, --nomount', 'mount no file system by itself'],
  ['-L, --use-loader', 'load by a generated loader program'],
  ['-B, --base-btf <file>', 'BTF that a split BTF is based on'],
  ['--bpftool <version>', 'print as that version of bpftool does: 7.5 or 7.8'],
  ['--btf <file>', 'BTF of the kernel to relocate against'],
  ['--kconfig <file>', 'kernel configuration for CONFIG_ externs, before that of the machine'],
  ['--kernel <version>', 'version of the emulated kernel; verify: several with commas between'],
  ['--arch <arch>', 'architecture of the emulated kernel, as uname -m says it'],
  ['--machine <path>', 'file of the emulated machine'],
  ['--cap <list>', 'capabilities of the process, with commas between (bpf, perfmon, ...), or none; default: all'],
  ['--used-by', 'btf diff: compare only what the objects that follow use'],
  ['--exit-code', 'btf diff: exit with 1 where there are differences'],
  ['--verify <depth>', 'check programs that are loaded in full, or only their structure'],
  ['-o, --output <format>', 'verify: table, csv, json or sarif'],
  ['--baseline <file>', 'verify: CSV of an earlier run; growth of a tenth or more fails'],
  ['--max-insns <n>', 'verify: fail where a program takes more instructions to verify'],
  ['-h, --help', 'print help'],
  ['-V, --version', 'print the version'],
];

const NONE: GlobalOptions = {
  json: false,
  pretty: false,
  help: false,
  version: false,
  bpffs: false,
  mapcompat: false,
  nomount: false,
  debug: false,
  useLoader: false,
  baseBtf: undefined,
  bpftool: '7.5',
  btf: undefined,
  kconfig: undefined,
  kernel: undefined,
  arch: undefined,
  machine: undefined,
  capabilities: undefined,
  usedBy: false,
  exitCode: false,
  verify: undefined,
  output: undefined,
  baseline: undefined,
  maxInsns: undefined,
};

/** A command line taken apart. */
export interface CommandLine {
  readonly options: GlobalOptions;
  readonly words: readonly string[];
  /** What is wrong with the options, where something is; the options before it count. */
  readonly problem: Error | undefined;
}

const LONG_NAMES = OPTION_FLAGS.map(([flags]) => flags.replace(/^-.?, /, '').split(' ')[0]);
/** What bpftool does not have; all that it has can be said by one letter. */
const OUR_NAMES = new Set(OPTION_FLAGS.flatMap(([flags]) => (flags.startsWith('--') ? [flags.split(' ')[0]] : [])));

/**
 * Long options may be cut short as getopt_long(3) allows it, as long as one option alone is meant. Ours do not make
 * ambiguous what bpftool takes.
 */
function expand(word: string): string {
  const [name, value] = splitOnce(word, '=');
  if (!name.startsWith('--') || name.length < 3 || LONG_NAMES.includes(name)) return word;
  const candidates = LONG_NAMES.filter((long) => long.startsWith(name));
  const theirs = candidates.filter((long) => !OUR_NAMES.has(long));
  const meant = theirs.length > 0 ? theirs : candidates;
  if (meant.length !== 1) return word;
  return value === undefined ? meant[0] : `${meant[0]}=${value}`;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Takes options and words apart. The option parser is loaded only where there is an option. */
export async function parseCommandLine(args: readonly string[]): Promise<CommandLine> {
  if (!args.some((arg) => arg.length > 1 && arg.startsWith('-'))) {
    return { options: NONE, words: args, problem: undefined };
  }
  const { Command, CommanderError } = await import('commander');
  const program = new Command()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeErr: () => {} });
  for (const [flags, description] of OPTION_FLAGS) program.option(flags, description);
  const end = args.indexOf('--');
  const expanded = args.map((arg, i) => (end >= 0 && i > end ? arg : expand(arg)));
  try {
    const { operands, unknown } = program.parseOptions(expanded);
    const parsed = program.opts();
    return { options: toOptions(parsed), words: operands, problem: problemOf(parsed, unknown) };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { options: toOptions(program.opts()), words: [], problem: errFailed(error.message.replace(/^error: /, '')) };
  }
}

const DEPTHS: readonly string[] = ['full', 'structure'] satisfies VerifyDepth[];

/** `bpf`, `CAP_BPF` */
function capabilityNamed(word: string): Capability | undefined {
  return CAPABILITIES.find((name) => [name, name.slice('CAP_'.length)].includes(word.toUpperCase()));
}

function problemOf(
  { bpftool = '7.5', verify = 'full', cap = 'none' }: Record<string, string>,
  unknown: readonly string[],
): Error | undefined {
  if (unknown.length > 0) return errFailed(`unrecognized option '${unknown[0]}'`);
  const other = cap.split(',').find((word) => word !== 'none' && !capabilityNamed(word));
  if (other !== undefined) {
    return errFailed(`unknown capability: '${other}', possible values: ${CAPABILITIES.join(', ').toLowerCase()}`);
  }
  if (!DEPTHS.includes(verify)) {
    return errFailed(`unknown depth of verification: '${verify}', possible values: ${DEPTHS.join(', ')}`);
  }
  if (bpftool === '7.5' || bpftool === '7.8') return undefined;
  return errFailed(`unknown version of bpftool: '${bpftool}', possible values: 7.5, 7.8`);
}

function toOptions(parsed: Record<string, string | boolean | undefined>): GlobalOptions {
  const flag = (name: string) => parsed[name] === true;
  const text = (name: string) => (typeof parsed[name] === 'string' ? parsed[name] : undefined);
  return {
    json: flag('json') || flag('pretty'),
    pretty: flag('pretty'),
    help: flag('help'),
    version: flag('version'),
    bpffs: flag('bpffs'),
    mapcompat: flag('mapcompat'),
    nomount: flag('nomount'),
    debug: flag('debug'),
    useLoader: flag('useLoader'),
    baseBtf: text('baseBtf'),
    bpftool: text('bpftool') === '7.8' ? '7.8' : '7.5',
    btf: text('btf'),
    kconfig: text('kconfig'),
    kernel: text('kernel'),
    arch: text('arch'),
    machine: text('machine'),
    capabilities: text('cap')
      ?.split(',')
      .map(capabilityNamed)
      .filter((name) => name !== undefined),
    usedBy: flag('usedBy'),
    exitCode: flag('exitCode'),
    verify: text('verify') as VerifyDepth | undefined,
    output: text('output'),
    baseline: text('baseline'),
    maxInsns: text('maxInsns'),
  };
}
