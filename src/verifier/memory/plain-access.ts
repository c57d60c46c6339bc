import type { Refusal } from '../refusal.ts';
import type { Walk } from '../walk/walk.ts';
import { checkAccess } from './access.ts';
import type { Access } from './access-kind.ts';
import { checkPointerType } from './pointer-types.ts';

/** The access of a load or store instruction. */
export function checkPlainAccess(walk: Walk, access: Access): Refusal | undefined {
  const type = walk.typeOf(access.register);
  return checkAccess(walk, access) ?? checkPointerType(walk, type, !access.write);
}
