import {
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_ST,
  BPF_STX,
  type InsnFacts,
  type Insns,
  insnClass,
  type PointerClass,
  type ProgramFacts,
} from '../../isa/index.ts';
import type { VerifiedMap } from '../options.ts';
import {
  baseType,
  CONST_PTR_TO_MAP,
  MEM_RDONLY,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_UNTRUSTED,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';

/** What a walk over all paths found out of each instruction. */
export function factsOfWalk<M extends VerifiedMap>({
  program,
  seen,
  pointerTypes,
  callMaps,
  stackDepths,
}: Walk<M>): ProgramFacts<M> {
  const { insns, maps, mapAt, subprograms } = program;
  const reached = seen.slice();
  const facts = new Array<InsnFacts | undefined>(insns.length);
  for (let i = 0; i < insns.length; i++) {
    const code = insns.code(i);
    if (code === BPF_LD_IMM64) {
      reached[i + 1] = reached[i];
      const map = mapAt.get(i);
      if (map !== undefined) facts[i] = { map };
      i++;
    } else if (pointerTypes[i] !== 0 && isAccess(code)) facts[i] = factsOfAccess(insns, i, pointerTypes[i]);
    else if (callMaps[i] > 0) facts[i] = { map: callMaps[i] - 1 };
  }
  return {
    subprograms,
    stackDepths: stackDepths.map((bytes) => Math.ceil(bytes / 8) * 8),
    maps,
    reached,
    insns: facts,
  };
}

function isAccess(code: number): boolean {
  const cls = insnClass(code);
  return cls === BPF_LDX || cls === BPF_ST || cls === BPF_STX;
}

function factsOfAccess(insns: Insns, i: number, type: number): InsnFacts {
  const base = classOf(type);
  switch (base) {
    case 'context':
    case 'socket':
    case 'tcp_sock':
    case 'xdp_sock':
      // Pointers to them that were moved are not accessed.
      return { base, contextOffset: insns.off(i) };
    default:
      return { base };
  }
}

const CLASSES: Readonly<Record<number, PointerClass>> = {
  [PTR_TO_CTX]: 'context',
  [PTR_TO_STACK]: 'stack',
  [CONST_PTR_TO_MAP]: 'map',
  [PTR_TO_MAP_VALUE]: 'map_value',
  [PTR_TO_PACKET]: 'packet',
  [PTR_TO_PACKET_META]: 'packet_meta',
  [PTR_TO_BTF_ID]: 'btf',
  [PTR_TO_ARENA]: 'arena',
  [PTR_TO_SOCKET]: 'socket',
  [PTR_TO_SOCK_COMMON]: 'socket',
  [PTR_TO_TCP_SOCK]: 'tcp_sock',
  [PTR_TO_XDP_SOCK]: 'xdp_sock',
};

const ANYWHERE = MEM_RDONLY | PTR_UNTRUSTED;

function classOf(type: number): PointerClass {
  if (baseType(type) !== PTR_TO_MEM) return CLASSES[baseType(type)] ?? 'memory';
  // What nobody vouches for may be anywhere, as an object's address may.
  return (type & ANYWHERE) === ANYWHERE ? 'btf' : 'memory';
}
