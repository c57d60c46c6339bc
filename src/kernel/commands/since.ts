import { BTF_KIND, type Btf } from '../../btf/index.ts';
import { hasFeature, type KernelFeature, lackOf, lackOfFlags, lackOfType } from '../../catalog/index.ts';
import type { Errno, MapCreateAttr, ProgLoadAttr } from '../../syscall/index.ts';
import { bpf_attach_type, type bpf_cmd, bpf_prog_type, errno } from '../../uapi/index.ts';
import { BY_BTF_ID, EXPECTED_ATTACH_TYPES } from './attach-rules.table.ts';

/** Attributes that a kernel of that version has no field for are refused, as any that are not 0 at the end. */
export function checkProgVersion(version: string, attr: ProgLoadAttr): Errno | 0 {
  const lacks = (feature: KernelFeature) => !hasFeature(version, feature);
  const unknown =
    (attr.progName && lacks('names')) ||
    (attr.expectedAttachType && lacks('expected_attach_type')) ||
    ((attr.progBtfFd || attr.funcInfo?.length || attr.lineInfo?.length) && lacks('btf_func')) ||
    (attr.fdArray?.length && lacks('map_indexes'));
  if (unknown) return -errno.E2BIG;
  const later =
    lackOfType(version, 'program type', attr.progType) ??
    lackOfFlags(version, 'load flag', attr.progFlags ?? 0) ??
    (looksAtAttachType(attr.progType) && lackOfType(version, 'attach type', attr.expectedAttachType ?? 0));
  return later ? -errno.EINVAL : 0;
}

/** Program types whose loads look at the expected attach type; others take what they do not know. */
function looksAtAttachType(progType: number): boolean {
  return EXPECTED_ATTACH_TYPES.has(progType) || BY_BTF_ID.includes(progType);
}

/** The same of a map. */
export function checkMapVersion(version: string, attr: MapCreateAttr): Errno | 0 {
  const lacks = (feature: KernelFeature) => !hasFeature(version, feature);
  if ((attr.mapName && lacks('names')) || (attr.btfFd && lacks('btf'))) return -errno.E2BIG;
  const later = lackOfType(version, 'map type', attr.mapType) ?? lackOfFlags(version, 'map flag', attr.mapFlags ?? 0);
  return later ? -errno.EINVAL : 0;
}

/** How programs of these types have been linked later than they could be attached. */
const LINK_TYPES: ReadonlyMap<number, string> = new Map([
  [bpf_prog_type.BPF_PROG_TYPE_FLOW_DISSECTOR, 'BPF_LINK_TYPE_NETNS'],
  [bpf_prog_type.BPF_PROG_TYPE_SK_MSG, 'BPF_LINK_TYPE_SOCKMAP'],
  [bpf_prog_type.BPF_PROG_TYPE_SK_SKB, 'BPF_LINK_TYPE_SOCKMAP'],
  [bpf_prog_type.BPF_PROG_TYPE_XDP, 'BPF_LINK_TYPE_XDP'],
]);

/** Links that a kernel of that version does not have. */
export function checkLinkVersion(version: string, attachType: number, progType: number): Errno | 0 {
  // Where there are no links of perf events, processes attach to them without one.
  if (attachType === bpf_attach_type.BPF_PERF_EVENT) return 0;
  const link = LINK_TYPES.get(progType);
  const later = (link && lackOf(version, 'link type', link)) || lackOfType(version, 'attach type', attachType);
  return later ? -errno.EINVAL : 0;
}

/** -EINVAL for a command that a kernel of that version does not have. */
export function checkCommandVersion(version: string, command: keyof typeof bpf_cmd): Errno | 0 {
  return lackOf(version, 'command', command) ? -errno.EINVAL : 0;
}

/** Why a kernel of that version does not take these types; undefined where it does. */
export function unknownType(version: string, btf: Btf): string | undefined {
  const lacks = (feature: KernelFeature) => !hasFeature(version, feature);
  if (lacks('btf')) return 'BTF is not known';
  if (!lacks('btf_qmark_datasec')) return undefined;
  const kinds = new Map<number, KernelFeature>([
    [BTF_KIND.FUNC, 'btf_func'],
    [BTF_KIND.FUNC_PROTO, 'btf_func'],
    [BTF_KIND.VAR, 'btf_datasec'],
    [BTF_KIND.DATASEC, 'btf_datasec'],
    [BTF_KIND.FLOAT, 'btf_float'],
    [BTF_KIND.DECL_TAG, 'btf_decl_tag'],
    [BTF_KIND.TYPE_TAG, 'btf_type_tag'],
    [BTF_KIND.ENUM64, 'btf_enum64'],
  ]);
  for (let id = 1; id < btf.typeCount; id++) {
    const kind = btf.kindOf(id);
    const feature = kinds.get(kind);
    if (feature !== undefined && lacks(feature)) return `[${id}] Invalid kind:${kind}`;
    if (kind === BTF_KIND.ENUM && btf.flagOf(id) && lacks('btf_enum64')) return `[${id}] Invalid btf_info kind_flag`;
    if (kind === BTF_KIND.FUNC && btf.vlenOf(id) !== 0 && lacks('btf_func_global')) return `[${id}] vlen != 0`;
    if (kind === BTF_KIND.DATASEC && btf.nameOf(id).startsWith('?')) return `[${id}] Invalid name`;
  }
  return undefined;
}
