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
  /** BTF of the kernel to relocate against. */
  readonly btf: string | undefined;
  /** `major.minor[.patch]` */
  readonly kernel: string | undefined;
  readonly arch: string | undefined;
  /** Path of the machine. */
  readonly machine: string | undefined;
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
  ['--btf <file>', 'BTF of the kernel to relocate against'],
  ['--kernel <version>', 'version of the emulated kernel'],
  ['--arch <arch>', 'architecture of the emulated kernel, as uname -m says it'],
  ['--machine <path>', 'file of the emulated machine'],
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
  btf: undefined,
  kernel: undefined,
  arch: undefined,
  machine: undefined,
};

/** A command line taken apart. */
export interface CommandLine {
  readonly options: GlobalOptions;
  readonly words: readonly string[];
  /** What is wrong with the options, where something is; the options before it count. */
  readonly problem: Error | undefined;
}

const LONG_NAMES = OPTION_FLAGS.map(([flags]) => flags.replace(/^-.?, /, '').split(' ')[0]);

/** Long options may be cut short as getopt_long(3) allows it, as long as one option alone is meant. */
function expand(word: string): string {
  const [name, value] = splitOnce(word, '=');
  if (!name.startsWith('--') || name.length < 3 || LONG_NAMES.includes(name)) return word;
  const meant = LONG_NAMES.filter((long) => long.startsWith(name));
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
    const options = toOptions(program.opts());
    const problem = unknown.length > 0 ? errFailed(`unrecognized option '${unknown[0]}'`) : undefined;
    return { options, words: operands, problem };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { options: toOptions(program.opts()), words: [], problem: errFailed(error.message.replace(/^error: /, '')) };
  }
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
    btf: text('btf'),
    kernel: text('kernel'),
    arch: text('arch'),
    machine: text('machine'),
  };
}
