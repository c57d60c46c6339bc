import { ByteReader, decodeUtf8, type Endian } from '../base/index.ts';
import { defaultConfig, type KernelProfile, kernelVersions, parseKernelConfig } from '../catalog/index.ts';
import type { Host } from '../host/index.ts';
import type { Store, StoredRecord } from '../kernel/index.ts';
import { errBadBtf, errBadVersion, errNoBtf, errOtherProfile } from './errors.ts';

/** Which kernel a machine emulates; what is left out is found: see `newProfile`. */
export interface ProfileOptions {
  /** `6.12` or `6.12.3`. */
  readonly version?: string;
  /** As uname -m says it. */
  readonly arch?: string;
  /** Possible CPUs. */
  readonly cpus?: number;
  /** A raw BTF of a kernel, may be gzip-compressed: its bytes, and what they are called in errors. */
  readonly btf?: { readonly path: string; readonly bytes: Uint8Array };
}

/** The BTF that ships with the package, and the kernel that it is of. */
const SHIPPED = { file: 'vmlinux-6.12.117-amd64.btf.gz', version: '6.12.117', arch: 'x86_64' };
const HOST_BTF = '/sys/kernel/btf/vmlinux';
const DEFAULT_CPUS = 2;
/** For a BTF that does not say of which kernel it is. */
const DEFAULT_VERSION = '6.18.0';
const BTF_MAGIC = 0xeb9f;
const BIG_ENDIAN: readonly string[] = ['s390x', 'ppc64', 'mips64', 'sparc64'];
const PAGE_SIZES: Readonly<Record<string, number>> = { ppc64: 65536, ppc64le: 65536 };
const RECORD = 'profile';
const CONFIG_RECORD = 'profile.config';
const BTF_RECORD = 'profile.btf';
const STRUCTS_RECORD = 'profile.structs';

/**
 * The kernel of a new machine: the one of the given BTF, else the host's own where it has BTF and is the one wanted,
 * else the one whose BTF ships with the package, else one of the wanted version, where the catalogue knows it, without BTF.
 * @throws {MachineError} MACHINE_NO_BTF where it does not, MACHINE_BAD_BTF, MACHINE_BAD_VERSION
 */
export function newProfile(host: Host, options: ProfileOptions = {}): KernelProfile {
  const wanted = { version: options.version && checkVersion(options.version), arch: options.arch };
  const found = options.btf
    ? given(host, options.btf)
    : (ofHost(host, wanted) ?? shipped(host, wanted) ?? withoutBtf(host, wanted));
  const version = options.btf && wanted.version ? fullVersion(wanted.version) : found.version;
  const arch = wanted.arch ?? found.arch ?? host.arch;
  return {
    version,
    arch,
    endian: endianOf(found.btf ?? found.structs, options.btf?.path ?? HOST_BTF),
    pageSize: PAGE_SIZES[arch] ?? 4096,
    cpus: options.cpus ?? DEFAULT_CPUS,
    btf: () => found.btf,
    structs: () => found.structs,
    config: found.config ?? defaultConfig(),
  };
}

interface Found {
  readonly version: string;
  readonly arch?: string;
  readonly btf?: Uint8Array;
  readonly structs?: Uint8Array;
  readonly config?: ReadonlyMap<string, string>;
}

interface Wanted {
  readonly version?: string;
  readonly arch?: string;
}

function meets({ version, arch }: { version: string; arch: string }, wanted: Wanted): boolean {
  const sameVersion = wanted.version === undefined || `${version}.`.startsWith(`${wanted.version}.`);
  return sameVersion && (wanted.arch === undefined || wanted.arch === arch);
}

function given(host: Host, { path, bytes }: NonNullable<ProfileOptions['btf']>): Found {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const btf = gzipped ? host.gunzip(bytes) : bytes;
  return { version: /\d+\.\d+\.\d+/.exec(path)?.[0] ?? DEFAULT_VERSION, btf };
}

function ofHost(host: Host, wanted: Wanted): Found | undefined {
  const version = /^\d+\.\d+\.\d+/.exec(host.release)?.[0];
  if (version === undefined || !meets({ version, arch: host.arch }, wanted)) return undefined;
  const btf = host.readFile(HOST_BTF);
  return btf && { version, arch: host.arch, btf, config: hostConfig(host) };
}

function hostConfig(host: Host): ReadonlyMap<string, string> | undefined {
  const packed = host.readFile('/proc/config.gz');
  const text = packed ? host.gunzip(packed) : host.readFile(`/boot/config-${host.release}`);
  return text && parseKernelConfig(decodeUtf8(text));
}

function shipped(host: Host, wanted: Wanted): Found | undefined {
  return meets(SHIPPED, wanted)
    ? { version: SHIPPED.version, arch: SHIPPED.arch, btf: host.gunzip(host.dataFile(SHIPPED.file)) }
    : undefined;
}

/** Of the host's architecture, whose byte order has to be that of the structures at hand. */
function withoutBtf(host: Host, { version, arch = host.arch }: Wanted): Found {
  const known = kernelVersions().some((one) => `${version}.`.startsWith(`${one}.`));
  if (version === undefined || !known || BIG_ENDIAN.includes(arch)) throw errNoBtf({ version, arch });
  return { version: fullVersion(version), arch, structs: host.gunzip(host.dataFile(SHIPPED.file)) };
}

function checkVersion(version: string): string {
  if (!/^\d+\.\d+(\.\d+)?$/.test(version)) throw errBadVersion(version);
  return version;
}

function fullVersion(version: string): string {
  return /^\d+\.\d+$/.test(version) ? `${version}.0` : version;
}

function endianOf(btf: Uint8Array | undefined, path: string): Endian {
  if (btf && btf.length >= 24) {
    if (new ByteReader(btf, 'little').u16(0) === BTF_MAGIC) return 'little';
    if (new ByteReader(btf, 'big').u16(0) === BTF_MAGIC) return 'big';
  }
  throw errBadBtf(path);
}

/** Writes the profile of a new machine. */
export function saveProfile(store: Store, profile: KernelProfile): void {
  const { version, arch, endian, pageSize, cpus, config } = profile;
  store.put(RECORD, 0, { version, arch, endian, pageSize, cpus });
  store.put(CONFIG_RECORD, 0, [...config].map(([name, value]) => `${name}=${value}\n`).join(''));
  for (const [name, bytes] of [
    [BTF_RECORD, profile.btf()],
    [STRUCTS_RECORD, profile.structs?.()],
  ] as const) {
    if (bytes) store.put(name, 0, bytes);
  }
}

/** The profile of a saved machine; its BTF and configuration are read when they are asked for. */
export function loadProfile(store: Store): KernelProfile | undefined {
  const saved = store.get(RECORD, 0) as StoredRecord | undefined;
  if (!saved) return undefined;
  let btf: Uint8Array | undefined;
  let structs: Uint8Array | undefined;
  let config: ReadonlyMap<string, string> | undefined;
  return {
    version: saved.version as string,
    arch: saved.arch as string,
    endian: saved.endian as Endian,
    pageSize: saved.pageSize as number,
    cpus: saved.cpus as number,
    get config() {
      config ??= parseKernelConfig((store.get(CONFIG_RECORD, 0) as string | undefined) ?? '');
      return config;
    },
    btf() {
      btf ??= store.get(BTF_RECORD, 0) as Uint8Array | undefined;
      return btf;
    },
    structs() {
      structs ??= store.get(STRUCTS_RECORD, 0) as Uint8Array | undefined;
      return structs;
    },
  };
}

/** Refuses wishes that a machine which is there already does not meet. @throws {MachineError} MACHINE_OTHER_PROFILE */
export function checkProfile(have: KernelProfile, wanted: ProfileOptions, path: string): void {
  const { version, arch, cpus } = wanted;
  if (version !== undefined && !meets(have, { version: checkVersion(version) })) {
    throw errOtherProfile({ what: 'kernel', wanted: version, have: have.version, path });
  }
  if (arch !== undefined && arch !== have.arch) {
    throw errOtherProfile({ what: 'architecture', wanted: arch, have: have.arch, path });
  }
  if (cpus !== undefined && cpus !== have.cpus) {
    throw errOtherProfile({ what: 'CPUs', wanted: String(cpus), have: String(have.cpus), path });
  }
}
