import { decodeUtf8 } from '../base/index.ts';
import { type Btf, parseBtf } from '../btf/index.ts';
import type { RelocateOptions } from '../relo/index.ts';
import { type BtfInfo, isErrno, type System } from '../syscall/index.ts';
import { KernelFeatures } from './features/kernel-features.ts';
import type { LoadOptions } from './options.ts';

/** Since Linux 6.6 one link can be on many places of user programs. */
const UPROBE_MULTI_VERSION = (6 << 16) + (6 << 8);

/** The kernel behind a `System` as relocation sees it; each of its files is read when it is first needed. */
export function relocationTarget(
  system: System,
  options: Pick<LoadOptions, 'coreTarget' | 'kconfig'>,
): RelocateOptions {
  const target = kernelBtf(system);
  const { release } = system.machineFacts();
  const version = kernelVersion(release);
  const features = KernelFeatures.of(system);
  return {
    target,
    coreTarget: options.coreTarget,
    kconfig: options.kconfig,
    modules: once(() => (target === undefined ? [] : moduleBtfs(system, target))),
    kernelConfig: once(() => readText(system, `/boot/config-${release}`) ?? readText(system, '/proc/config.gz')),
    kernelVersion: version,
    get hasBpfCookie() {
      return features.has('bpf_cookie');
    },
    get hasSyscallWrapper() {
      return features.has('syscall_wrapper');
    },
    hasUprobeMulti: version >= UPROBE_MULTI_VERSION,
    kallsyms: kallsyms(system),
  };
}

/** The kernel's own BTF; undefined where it has none. */
function kernelBtf(system: System): Btf | undefined {
  const bytes = system.readFile('/sys/kernel/btf/vmlinux');
  return isErrno(bytes) ? undefined : parseBtf(bytes as Uint8Array);
}

/** Every loaded BTF of a module, with its id. */
function moduleBtfs(system: System, base: Btf): { name: string; btf: Btf }[] {
  return [...kernelBtfInfos(system)]
    .filter(({ info }) => info.name !== 'vmlinux')
    .map(({ info }) => ({ name: info.name, btf: parseBtf(info.btf, { base }) }));
}

/** The BTF objects that are the kernel's or a module's. */
export function* kernelBtfInfos(system: System): Generator<{ id: number; info: BtfInfo }> {
  for (let id = 0; ; ) {
    const next = system.objGetNextId('btf', id);
    if (isErrno(next)) return;
    id = next;
    const fd = system.objGetFdById('btf', id);
    if (isErrno(fd)) continue;
    const info = system.objGetInfoByFd(fd);
    system.close(fd);
    if (!isErrno(info) && (info as BtfInfo).kernelBtf) yield { id, info: info as BtfInfo };
  }
}

/** `KERNEL_VERSION(a, b, c)` of a release such as `6.12.0-rc1`; the last part is cut at 255 as the macro does. */
export function kernelVersion(release: string): number {
  const [major = 0, minor = 0, patch = 0] = (/^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release) ?? [])
    .slice(1)
    .map((n) => Number(n ?? 0));
  return (major << 16) + (minor << 8) + Math.min(patch, 255);
}

function readText(system: System, path: string): string | undefined {
  const bytes = system.readFile(path);
  return isErrno(bytes) ? undefined : decodeUtf8(bytes as Uint8Array);
}

function kallsyms(system: System): NonNullable<RelocateOptions['kallsyms']> {
  const symbols = once(() => {
    const known = new Map<string, bigint | readonly [bigint, bigint]>();
    for (const line of (readText(system, '/proc/kallsyms') ?? '').split('\n')) {
      const [address, , name] = line.split(/\s+/, 3);
      if (name === undefined) continue;
      const at = BigInt(`0x${address}`);
      const before = known.get(name);
      if (before === undefined) known.set(name, at);
      else if (typeof before === 'bigint' && before !== at) known.set(name, [before, at]);
    }
    return known;
  });
  return (name) => symbols().get(name);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
