import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeUtf8 } from '../../src/base/index.ts';

/** What a test asks of bpf(2) before its program is loaded; `fd` is what the later steps call its outcome. */
export type Step =
  | { readonly kind: 'btf'; readonly fd: number; readonly data: string }
  | { readonly kind: 'prog'; readonly fd: number; readonly progType: number; readonly insns: string }
  | { readonly kind: 'update'; readonly fd: number; readonly key: string; readonly value: string }
  | {
      readonly kind: 'map';
      readonly fd: number;
      readonly mapType: number;
      readonly keySize: number;
      readonly valueSize: number;
      readonly maxEntries: number;
      readonly name: string;
      readonly mapFlags?: number;
      readonly innerMapFd?: number;
      readonly btfFd?: number;
      readonly btfKeyTypeId?: number;
      readonly btfValueTypeId?: number;
    };

/** `undefined`, accepted, refused, accepted with words in the log: as the suite counts them. */
export const RESULTS = ['undefined', 'accept', 'refuse', 'accept'] as const;

/** One test as `dump.c` prints it; bytes are hex digits. */
export interface SuiteTest {
  readonly number: number;
  readonly name: string;
  readonly steps: readonly Step[];
  readonly insns: string;
  readonly progType: number;
  readonly progFlags: number;
  readonly expectedAttachType: number;
  /** 1 where it is run without capabilities too. */
  readonly asUnprivileged: number;
  /** Index of `RESULTS`. */
  readonly result: number;
  readonly resultUnpriv: number;
  /** 0: any. */
  readonly insnProcessed: number;
  readonly btfFd: number;
  readonly funcInfo: string;
  readonly funcInfoSize: number;
  /** The kernel's function that it is attached to. */
  readonly attachTo: string | null;
  /** Kfuncs of the suite's module that it calls. */
  readonly kfuncs: readonly string[];
  /** Words of the log in their order, a tab between. */
  readonly errstr: string | null;
  readonly errstrUnpriv: string | null;
  /** What the translated form has in it, and what it has not. */
  readonly expectedInsns: string;
  readonly unexpectedInsns: string;
  readonly runs?: readonly { readonly retval: number; readonly retvalUnpriv: number; readonly data: string }[];
}

const HERE = dirname(fileURLToPath(import.meta.url));
const SELFTESTS = 'tools/testing/selftests/bpf';

/**
 * The tests of test_verifier. What is missing in the folder is built: the sources of Debian's package are downloaded and
 * unpacked there, and the tests are compiled and printed.
 * @param source the package, e.g. `linux-source-6.12`; or a folder of kernel sources
 */
export function suiteTests(folder: string, source: string): SuiteTest[] {
  mkdirSync(folder, { recursive: true });
  const kernel = existsSync(source) ? resolve(source) : unpack(folder, source);
  const printed = join(folder, `${kernel.split('/').at(-1)}.tests.jsonl`);
  if (!existsSync(printed)) writeFileSync(printed, execFileSync(compile(folder, kernel), { maxBuffer: 1 << 28 }));
  const lines = decodeUtf8(readFileSync(printed)).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as SuiteTest);
}

/** @returns the folder of the sources */
function unpack(folder: string, name: string): string {
  const kernel = resolve(folder, name);
  if (existsSync(join(kernel, SELFTESTS))) return kernel;
  execFileSync('apt-get', ['download', name], { cwd: folder, stdio: 'inherit' });
  const deb = readdirSync(folder).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  execFileSync('dpkg', ['-x', String(deb), 'package'], { cwd: folder });
  const wanted = [SELFTESTS, 'tools/include', 'tools/arch/x86/include'].map((path) => `${name}/${path}`);
  execFileSync('tar', ['xf', join(folder, `package/usr/src/${name}.tar.xz`), '-C', folder, ...wanted]);
  return kernel;
}

/** Compiles `dump.c` with the suite's tables. @returns the program */
function compile(folder: string, kernel: string): string {
  const suite = join(kernel, SELFTESTS);
  const tables = join(folder, 'tables');
  mkdirSync(join(tables, 'verifier'), { recursive: true });
  const files = readdirSync(join(suite, 'verifier')).filter((file) => file.endsWith('.c'));
  const list = files.sort().map((file) => `#include "${join(suite, 'verifier', file)}"\n`);
  writeFileSync(join(tables, 'verifier/tests.h'), `#ifdef FILL_ARRAY\n${list.join('')}#endif\n`);
  const include = [
    tables,
    suite,
    ...['include', 'arch/x86/include', 'include/uapi'].map((x) => join(kernel, 'tools', x)),
  ];
  const parts = ['testing_helpers', 'cap_helpers', 'unpriv_helpers', 'disasm'].map((name) => join(suite, `${name}.c`));
  const wrapped = ['bpf_map_create', 'bpf_btf_load', 'bpf_prog_load', 'bpf_map_update_elem'];
  // Never called, and not in every libbpf.
  const absent = ['bpf_prog_get_info_by_fd', 'bpf_link_get_info_by_fd'];
  const suiteSource = decodeUtf8(readFileSync(join(suite, 'test_verifier.c')));
  const program = join(folder, 'test-verifier-dump');
  execFileSync('gcc', [
    ...['-O1', '-w', '-D_GNU_SOURCE', '-DCONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS=1'],
    ...(suiteSource.includes('fd_array') ? ['-DFIXES_FD_ARRAY'] : []),
    ...include.map((path) => `-I${path}`),
    join(HERE, 'dump.c'),
    ...parts.filter((file) => existsSync(file)),
    `-Wl,${[...wrapped.map((name) => `--wrap=${name}`), ...absent.map((name) => `--defsym=${name}=0`)].join(',')}`,
    ...['-lbpf', '-lelf', '-lz', '-o', program],
  ]);
  return program;
}
