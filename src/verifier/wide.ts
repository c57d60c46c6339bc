import { BPF_LDX, BPF_MEM, BPF_MEMSX, type Insns, insnClass, insnMode, isWide } from '../isa/index.ts';
import { bpf_map_type, bpf_pseudo, errno } from '../uapi/index.ts';
import { isKnownOpcode } from './opcodes.ts';
import type { CheckedMap, CheckOptions } from './options.ts';
import { invalid, type Refusal } from './refusal.ts';

/** The maps of a program in order of first mention, and which one each `ldimm64` names. */
export interface UsedMaps<M> {
  readonly maps: M[];
  readonly mapAt: Map<number, number>;
}

/**
 * Checks operation bytes and wide instructions and looks the maps up.
 * @param checkVariable is asked about each wide instruction that names a variable of the kernel
 */
export function resolveWide<M extends CheckedMap>(
  options: CheckOptions<M>,
  checkVariable?: (insn: number) => Refusal | undefined,
): UsedMaps<M> | Refusal {
  const { insns } = options;
  const used: UsedMaps<M> = { maps: [], mapAt: new Map() };
  for (let i = 0; i < insns.length; i++) {
    const code = insns.code(i);
    const mode = insnMode(code);
    if (insnClass(code) === BPF_LDX && ((mode !== BPF_MEM && mode !== BPF_MEMSX) || insns.imm(i) !== 0)) {
      return invalid('BPF_LDX uses reserved fields');
    }
    if (isWide(code)) {
      const refusal =
        checkWide(insns, i) ?? resolveMap(options, used, i) ?? (isVariable(insns, i) ? checkVariable?.(i) : undefined);
      if (refusal) return refusal;
      i++;
    } else if (!isKnownOpcode(code)) return invalid(`unknown opcode ${code.toString(16).padStart(2, '0')}`);
  }
  return used;
}

function isVariable(insns: Insns, i: number): boolean {
  return insns.src(i) === bpf_pseudo.BPF_PSEUDO_BTF_ID;
}

function checkWide(insns: Insns, i: number): Refusal | undefined {
  const next = i + 1;
  if (next >= insns.length) return invalid('invalid bpf_ld_imm64 insn');
  if (insns.code(next) !== 0 || insns.dst(next) !== 0 || insns.src(next) !== 0 || insns.off(next) !== 0) {
    return invalid('invalid bpf_ld_imm64 insn');
  }
  return undefined;
}

function resolveMap<M extends CheckedMap>(options: CheckOptions<M>, used: UsedMaps<M>, i: number): Refusal | undefined {
  const { insns } = options;
  const src = insns.src(i);
  const high = insns.imm(i + 1);
  let index = false;
  switch (src) {
    case 0:
    case bpf_pseudo.BPF_PSEUDO_BTF_ID:
    case bpf_pseudo.BPF_PSEUDO_FUNC:
      return undefined;
    case bpf_pseudo.BPF_PSEUDO_MAP_IDX:
    case bpf_pseudo.BPF_PSEUDO_MAP_FD:
      if (high !== 0) return invalid('unrecognized bpf_ld_imm64 insn');
      index = src === bpf_pseudo.BPF_PSEUDO_MAP_IDX;
      break;
    case bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE:
      index = true;
      break;
    case bpf_pseudo.BPF_PSEUDO_MAP_VALUE:
      break;
    default:
      return invalid('unrecognized bpf_ld_imm64 insn');
  }
  const map = options.map(insns.imm(i), index);
  if (typeof map === 'number') {
    if (-map === errno.EPROTO) return { errno: errno.EPROTO, text: 'fd_idx without fd_array is invalid' };
    return { errno: -map, text: `fd ${insns.imm(i)} is not pointing to valid bpf_map` };
  }
  const direct = src === bpf_pseudo.BPF_PSEUDO_MAP_VALUE || src === bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE;
  const refusal = direct ? checkDirectValue(map, high >>> 0) : undefined;
  if (refusal) return refusal;
  let at = used.maps.indexOf(map);
  if (at < 0) at = used.maps.push(map) - 1;
  used.mapAt.set(i, at);
  return undefined;
}

/** Offsets into a value from here on are refused: BPF_MAX_VAR_OFF. */
const MAX_OFFSET = 1 << 29;

function checkDirectValue({ attr }: CheckedMap, offset: number): Refusal | undefined {
  const { BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_ARENA } = bpf_map_type;
  if (offset >= MAX_OFFSET) return invalid(`direct value offset of ${offset} is not allowed`);
  if (attr.mapType === BPF_MAP_TYPE_ARENA) return undefined;
  if (attr.mapType !== BPF_MAP_TYPE_ARRAY) return invalid('no direct value access support for this map type');
  const text = `invalid access to map value pointer, value_size=${attr.valueSize} off=${offset}`;
  if (attr.maxEntries !== 1) return { errno: errno.ENOTSUPP, text };
  return offset >= attr.valueSize ? invalid(text) : undefined;
}
