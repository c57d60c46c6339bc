import type { Making } from '../making.ts';
import { copyNumber, linked, operation, unary, unknown } from './arithmetic.ts';
import { callback, callSubprogram, dynptr, tailCall } from './calls.ts';
import { branch, earlyExit, loop } from './flow.ts';
import { iterate } from './iterator.ts';
import { changeMap, directValue, innerMap, lookUp, ringRecord, sized, throughMemory } from './memory.ts';
import { changePacket, context, oldLoad, packet } from './packet.ts';
import { atomicOnStack, fill, loadFromStack, spill, storeToStack, variableStack } from './stack.ts';

type Piece = (m: Making) => void;

/** How often each is written, in proportion. */
const PIECES: readonly (readonly [number, Piece])[] = [
  [22, operation],
  [6, unary],
  [6, copyNumber],
  [5, unknown],
  [6, linked],
  [5, storeToStack],
  [6, spill],
  [6, fill],
  [4, loadFromStack],
  [5, variableStack],
  [2, atomicOnStack],
  [12, branch],
  [2, earlyExit],
  [4, loop],
  [4, lookUp],
  [6, throughMemory],
  [3, directValue],
  [1, innerMap],
  [2, changeMap],
  [2, ringRecord],
  [3, sized],
  [4, packet],
  [1, oldLoad],
  [1, changePacket],
  [4, context],
  [3, callSubprogram],
  [2, callback],
  [1, tailCall],
  [2, dynptr],
  [3, iterate],
];
const TOTAL = PIECES.reduce((sum, [weight]) => sum + weight, 0);

/** Writes some pieces, one after the other. */
export function block(m: Making, count: number): void {
  m.depth++;
  for (let i = 0; i < count && m.left > 0 && m.depth < 6; i++) {
    m.left--;
    let at = m.chance.below(TOTAL);
    for (const [weight, piece] of PIECES) {
      at -= weight;
      if (at >= 0) continue;
      piece(m);
      break;
    }
  }
  m.depth--;
}
