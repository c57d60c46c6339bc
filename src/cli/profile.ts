import { readFileSync } from 'node:fs';
import { endianness, machine, release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { decodeUtf8 } from '../base/index.ts';
import type { KernelProfile } from '../catalog/index.ts';
import { errFailed } from './errors.ts';
import type { Io } from './io.ts';
import type { GlobalOptions } from './options.ts';

/** The kernel whose BTF comes with the package. */
const SHIPPED = { version: '6.12.117', arch: 'x86_64', file: '../../data/vmlinux-6.12.117-amd64.btf.gz' };
const HOST_BTF = '/sys/kernel/btf/vmlinux';

/** Where the BTF of a kernel comes from, and what else is known of that kernel. */
interface BtfSource {
  readonly read: () => Uint8Array;
  readonly version: string | undefined;
  readonly arch: string | undefined;
  readonly config: ReadonlyMap<string, string>;
}

const NO_CONFIG: ReadonlyMap<string, string> = new Map();

function tryRead(io: Io, path: string): Uint8Array | undefined {
  try {
    return io.readFile(path);
  } catch {
    return undefined;
  }
}

/** The kernel that a machine is made with: `--btf`, else that of the host, else the one that comes with the package. */
export function chooseProfile(io: Io, options: GlobalOptions): KernelProfile {
  const source = namedSource(io, options) ?? hostSource(io, options) ?? shippedSource(options);
  const version = options.kernel ?? source.version ?? SHIPPED.version;
  if (!/^\d+\.\d+(\.\d+)?/.test(version)) throw errFailed(`can't parse ${version} as kernel version`);
  const arch = options.arch ?? source.arch ?? SHIPPED.arch;
  let btf: Uint8Array | undefined;
  return {
    version,
    arch,
    endian: arch === 's390x' || arch.endsWith('be') ? 'big' : 'little',
    pageSize: 4096,
    cpus: 2,
    btf() {
      btf ??= source.read();
      return btf;
    },
    config: source.config,
  };
}

function namedSource(io: Io, { btf: path }: GlobalOptions): BtfSource | undefined {
  if (path === undefined) return undefined;
  return { read: () => unpack(io.readFile(path)), version: undefined, arch: undefined, config: NO_CONFIG };
}

/** The running kernel, unless another version or architecture is asked for. */
function hostSource(io: Io, options: GlobalOptions): BtfSource | undefined {
  const version = release().split('-', 1)[0];
  if (process.platform !== 'linux' || endianness() !== 'LE') return undefined;
  if (options.kernel !== undefined && !version.startsWith(options.kernel)) return undefined;
  if (options.arch !== undefined && options.arch !== machine()) return undefined;
  const bytes = tryRead(io, HOST_BTF);
  if (bytes === undefined) return undefined;
  return { read: () => bytes, version, arch: machine(), config: hostConfig(io) };
}

function shippedSource(options: GlobalOptions): BtfSource {
  const { kernel = SHIPPED.version, arch = SHIPPED.arch } = options;
  if (!SHIPPED.version.startsWith(kernel) || arch !== SHIPPED.arch) {
    throw errFailed(`there is no BTF of a ${kernel} ${arch} kernel here: name one by --btf`);
  }
  const read = () => unpack(readFileSync(new URL(SHIPPED.file, import.meta.url)));
  return { read, version: SHIPPED.version, arch: SHIPPED.arch, config: NO_CONFIG };
}

function unpack(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** CONFIG_* of the running kernel. */
function hostConfig(io: Io): ReadonlyMap<string, string> {
  const bytes = tryRead(io, `/boot/config-${release()}`) ?? tryRead(io, '/proc/config.gz');
  if (bytes === undefined) return NO_CONFIG;
  const config = new Map<string, string>();
  for (const line of decodeUtf8(unpack(bytes)).split('\n')) {
    const match = /^(CONFIG_\w+)=(.*)$/.exec(line);
    if (match) config.set(match[1], match[2]);
  }
  return config;
}
