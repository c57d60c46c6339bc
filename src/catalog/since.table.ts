import { versionAtLeast } from './version.ts';

/** The first Linux that has what a loader asks for. @see https://docs.kernel.org/bpf/ and `git log` of uapi/linux/bpf.h */
export const FEATURE_SINCE = {
  /** `prog_name` and `map_name` */
  names: '4.15',
  expected_attach_type: '4.17',
  btf: '4.18',
  /** `func_info` and `line_info` with it. */
  btf_func: '5.0',
  /** BPF_PSEUDO_MAP_VALUE; `.data`, `.rodata` and `.bss` */
  global_data: '5.2',
  /** VAR and DATASEC */
  btf_datasec: '5.2',
  array_mmap: '5.5',
  btf_func_global: '5.6',
  prog_bind_map: '5.10',
  btf_float: '5.13',
  btf_decl_tag: '5.16',
  btf_type_tag: '5.17',
  /** ENUM64, and the sign of an ENUM */
  btf_enum64: '6.0',
  /** `arg:ctx` on an argument of a global function */
  arg_ctx_tag: '6.8',
  /** A DATASEC whose name begins with `?`. */
  btf_qmark_datasec: '6.9',
} as const;

/** Something that kernels have since a version. */
export type KernelFeature = keyof typeof FEATURE_SINCE;

/** Whether a kernel of that version has it. */
export function hasFeature(version: string, feature: KernelFeature): boolean {
  return versionAtLeast(version, FEATURE_SINCE[feature]);
}

/** The number of the last helper that each version brought: numbers were given out in order. */
const LAST_HELPER: readonly (readonly [version: string, last: number])[] = [
  ['6.2', 211],
  ['6.1', 209],
  ['6.0', 207],
  ['5.19', 203],
  ['5.18', 193],
  ['5.17', 185],
  ['5.16', 179],
  ['5.15', 175],
  ['5.14', 168],
  ['5.13', 165],
  ['5.12', 163],
  ['5.11', 162],
  ['5.10', 155],
  ['5.9', 141],
  ['5.8', 135],
  ['5.7', 124],
  ['5.6', 118],
  ['5.5', 115],
  ['5.4', 110],
  ['5.3', 109],
  ['5.2', 108],
  ['5.1', 98],
  ['5.0', 92],
  ['4.20', 90],
  ['4.19', 83],
  ['4.18', 80],
];

/** Whether a kernel of that version has a helper of that number; what is older than Linux 4.18 is not told apart. */
export function hasHelper(version: string, helper: number): boolean {
  const row = LAST_HELPER.find(([since]) => versionAtLeast(version, since)) ?? LAST_HELPER[LAST_HELPER.length - 1];
  return helper <= row[1];
}
