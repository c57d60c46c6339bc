import type { Refusal } from '../refusal.ts';
import {
  baseType,
  MEM_RDONLY,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_MEM,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_UNTRUSTED,
} from '../state/reg-type.ts';
import type { Walk } from '../walk/walk.ts';

/** Accesses by these are translated: one instruction cannot be translated in two ways. */
const TRANSLATED: readonly number[] = [
  PTR_TO_CTX,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_TO_BTF_ID,
  PTR_TO_ARENA,
];

/**
 * An instruction accesses memory by a pointer of some type: on all paths that has to be translated in the same way.
 * @param merges pointers to objects may be mixed with others to memory: the load then stands for the more careful of both
 */
export function checkPointerType(walk: Walk, type: number, merges: boolean): Refusal | undefined {
  const { pointerTypes, insn } = walk;
  const before = pointerTypes[insn];
  if (before === 0) {
    pointerTypes[insn] = type;
    return undefined;
  }
  const differ = type !== before && (isTranslated(type) || isTranslated(before));
  if (!differ) return undefined;
  if (!merges || !isMemory(type) || !isMemory(before)) {
    return walk.invalid('same insn cannot be used with different pointers');
  }
  const memory = baseType(type) === PTR_TO_MEM || baseType(before) === PTR_TO_MEM;
  pointerTypes[insn] = (memory ? PTR_TO_MEM : PTR_TO_BTF_ID) | ((type | before) & (PTR_UNTRUSTED | MEM_RDONLY));
  return undefined;
}

function isTranslated(type: number): boolean {
  return TRANSLATED.includes(baseType(type));
}

function isMemory(type: number): boolean {
  const base = baseType(type);
  return base === PTR_TO_MEM || base === PTR_TO_BTF_ID;
}
