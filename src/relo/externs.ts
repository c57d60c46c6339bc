import { type Btf, type BtfId, kindName, skipModifiersAndTypedefs } from '../btf/index.ts';
import type { BpfObject, ExternSpec, KconfigExtern, KsymExtern, MapSpec } from '../object/index.ts';
import { Budget, nearest, STEPS_PER_RELOCATION, type TypePair, typesAreCompatible } from './core/index.ts';
import { errExtern, errKconfig } from './errors.ts';
import { applyKconfigLines, KconfigValue } from './kconfig.ts';
import { findKernelType, nearestKernelNames } from './kernel-types.ts';
import type { RelocateOptions } from './options.ts';

/** What an extern is on the target kernel. */
export type ResolvedExtern =
  /** Its value stands in the `.kconfig` map. */
  | { readonly kind: 'kconfig'; readonly found: boolean }
  | { readonly kind: 'address'; readonly address: bigint }
  /** In `module`'s BTF where that is given; `fdIndex` is its place in fd_array. */
  | { readonly kind: 'btf'; readonly btfId: number; readonly module: string | undefined; readonly fdIndex: number }
  /** A weak one that the kernel does not have. */
  | { readonly kind: 'missing' };

/** All externs of an object on one kernel. */
export interface ResolvedExterns {
  readonly of: ReadonlyMap<ExternSpec, ResolvedExtern>;
  readonly kconfig: { readonly map: MapSpec; readonly value: Uint8Array } | undefined;
  /** Values that were cut short, one sentence each. */
  readonly warnings: readonly string[];
  readonly fdArray: readonly string[];
}

/** `insn->off`, which holds an index into fd_array, is a signed 16-bit number. */
const MAX_FD_INDEX = 32766;

/** Takes an error for what an extern could not be; throws it, or notes it and goes on. */
export type ExternFailure = (extern: ExternSpec, error: Error) => void;

/**
 * Looks every extern up on the target: kconfig values, addresses, kernel variables and kfuncs.
 * @param fail called for each that cannot be resolved and is not weak, or does not fit
 */
export function resolveExterns(object: BpfObject, options: RelocateOptions, fail: ExternFailure): ResolvedExterns {
  const of = new Map<ExternSpec, ResolvedExtern>();
  const kconfig = resolveKconfig(object, { options, of, fail });
  const fdArray: string[] = [];
  for (const extern of object.externs) {
    if (extern.kind === 'kconfig') continue;
    try {
      of.set(
        extern,
        extern.kind === 'ksym_typeless'
          ? findAddress(extern, options)
          : findTyped(extern, { object, options, fdArray }),
      );
    } catch (error) {
      of.set(extern, { kind: 'missing' });
      fail(extern, asError(error));
    }
  }
  return { of, kconfig, fdArray, warnings: kconfig?.warnings ?? [] };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new TypeError(String(error)));

interface KconfigContext {
  readonly options: RelocateOptions;
  readonly of: Map<ExternSpec, ResolvedExtern>;
  readonly fail: ExternFailure;
}

function resolveKconfig(object: BpfObject, context: KconfigContext) {
  const map = object.maps.find(({ origin }) => origin === 'kconfig');
  if (map === undefined) return undefined;
  const { options, of, fail } = context;
  const value = new KconfigValue(map.valueSize, object.endian);
  const externs = object.externs.filter((extern) => extern.kind === 'kconfig');
  const configs = new Map(
    externs.filter(({ name }) => name.startsWith('CONFIG_')).map((extern) => [extern.name, extern]),
  );
  for (const extern of externs) {
    if (configs.has(extern.name)) continue;
    const number = virtualValue(extern, options);
    try {
      if (number !== undefined) value.setNumber(extern, number);
      else if (!extern.weak || !extern.name.startsWith('LINUX_'))
        throw errKconfig(extern.name, 'unrecognized virtual extern');
    } catch (error) {
      fail(extern, asError(error));
    }
  }
  try {
    readConfigs({ options, configs, value });
  } catch (error) {
    fail(externs[0], asError(error));
  }
  for (const extern of externs) {
    const found = value.isSet(extern);
    of.set(extern, { kind: 'kconfig', found });
    if (!found && !extern.weak) fail(extern, errExtern({ extern: extern.name }, '(strong): not resolved'));
  }
  return { map, value: value.bytes, warnings: value.warnings };
}

/** Values that no configuration has: libbpf makes them up. */
function virtualValue({ name }: KconfigExtern, options: RelocateOptions): bigint | undefined {
  switch (name) {
    case 'LINUX_KERNEL_VERSION':
      return options.kernelVersion === undefined ? undefined : BigInt(options.kernelVersion);
    case 'LINUX_HAS_BPF_COOKIE':
      return options.hasBpfCookie === false ? 0n : 1n;
    case 'LINUX_HAS_SYSCALL_WRAPPER':
      return options.hasSyscallWrapper === false ? 0n : 1n;
    default:
      return undefined;
  }
}

/** The caller's lines win over the kernel's, which are read only while something is missing. */
function readConfigs(context: {
  options: RelocateOptions;
  configs: ReadonlyMap<string, KconfigExtern>;
  value: KconfigValue;
}): void {
  const { options, configs, value } = context;
  if (configs.size === 0) return;
  if (options.kconfig !== undefined) {
    applyKconfigLines(options.kconfig, configs, value);
    if ([...configs.values()].every((extern) => value.isSet(extern))) return;
  }
  const text = options.kernelConfig?.();
  const [name] = configs.keys();
  if (text === undefined) throw errKconfig(name, 'the configuration of the target kernel is not known');
  applyKconfigLines(text, configs, value);
}

function findAddress(extern: KsymExtern, options: RelocateOptions): ResolvedExtern {
  const address = options.kallsyms?.(extern.name);
  if (typeof address === 'bigint') return { kind: 'address', address };
  if (address !== undefined) {
    const both = address.map((each) => `0x${each.toString(16)}`).join(' or ');
    throw errExtern({ extern: extern.name, form: 'ksym' }, `resolution is ambiguous: ${both}`);
  }
  if (!extern.weak) {
    throw errExtern({ extern: extern.name }, '(strong): not resolved: not in the kernel symbols (kallsyms)');
  }
  return { kind: 'missing' };
}

function findTyped(
  extern: KsymExtern,
  context: { object: BpfObject; options: RelocateOptions; fdArray: string[] },
): ResolvedExtern {
  const { object, options, fdArray } = context;
  const isFunction = extern.kind === 'kfunc';
  const at = { extern: extern.name, form: isFunction ? 'func ksym' : 'var ksym' };
  const name = isFunction ? extern.essentialName : extern.name;
  const found = findKernelType(options, name, isFunction ? 'FUNC' : 'VAR');
  if (found === undefined) {
    if (extern.weak) return { kind: 'missing' };
    throw errExtern(at, `not found in kernel${isFunction ? ' or module BTFs' : ' BTF'}`);
  }
  const { btf, id, module } = found;
  const targetType = isFunction ? btf.third(id) : skipModifiersAndTypedefs(btf, btf.third(id));
  const pair = { local: object.btf!, localId: extern.typeId, target: btf, targetId: targetType };
  if (typesAreCompatible(pair, new Budget(STEPS_PER_RELOCATION)) !== true) {
    if (isFunction && extern.weak) return { kind: 'missing' };
    throw errExtern(at, isFunction ? incompatibleProto(pair, module) : incompatibleTypes(pair));
  }
  return { kind: 'btf', btfId: id, module, fdIndex: module && isFunction ? fdIndexOf(module, { extern, fdArray }) : 0 };
}

const incompatibleProto = ({ localId, targetId }: TypePair, module = 'vmlinux') =>
  `func_proto [${localId}] incompatible with ${module} [${targetId}]`;

function incompatibleTypes({ local, localId, target, targetId }: TypePair): string {
  const of = (btf: Btf, id: BtfId) => `[${id}] ${kindName(btf.kindOf(id)).toLowerCase()} ${btf.nameOf(id)}`;
  return `incompatible types, expected ${of(local, localId)}, but kernel has ${of(target, targetId)}`;
}

/** What the kernel has that comes nearest to the name of an extern that it does not have; at most three. */
export function nearestToExtern(extern: ExternSpec, options: RelocateOptions): readonly string[] {
  switch (extern.kind) {
    case 'kfunc':
      return nearestKernelNames(options, extern.essentialName, 'FUNC');
    case 'kconfig': {
      const names = configNames(options.kernelConfig?.() ?? '');
      return names.has(extern.name) ? [] : nearest(extern.name, names);
    }
    case 'ksym_var':
    case 'ksym_typeless':
      return nearestKernelNames(options, extern.name, 'VAR');
  }
}

/** The settings that a configuration sets. */
function configNames(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/^(CONFIG_\w+)=/gm), ([, name]) => name));
}

/** Index 0 of fd_array is never used: `off` 0 means the kernel itself. */
function fdIndexOf(module: string, at: { extern: KsymExtern; fdArray: string[] }): number {
  const { extern, fdArray } = at;
  const known = fdArray.indexOf(module);
  if (known >= 0) return known + 1;
  if (fdArray.length >= MAX_FD_INDEX)
    throw errExtern(
      { extern: extern.name, form: 'func ksym' },
      `module BTF fd index ${fdArray.length + 1} too big to fit in bpf_insn offset`,
    );
  fdArray.push(module);
  return fdArray.length;
}
