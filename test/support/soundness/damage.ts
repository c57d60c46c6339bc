import type { Insn } from '../../../src/isa/index.ts';
import { isWide } from '../../../src/isa/index.ts';
import type { Chance } from './chance.ts';

const ALU = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0];
const JUMPS = [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0];

/** The same program with one to three of its instructions changed. */
export function damage(list: readonly Insn[], chance: Chance): Insn[] {
  const copy = [...list];
  for (let i = chance.between(1, 3); i > 0; i--) damageOne(copy, chance);
  return copy;
}

function damageOne(list: Insn[], chance: Chance): void {
  const at = chance.below(list.length);
  const insn = list[at];
  // Both halves of a wide instruction stay together.
  if (insn.code === 0 || isWide(insn.code)) {
    if (isWide(insn.code) && insn.src === 0) list[at] = { ...insn, imm: chance.number() };
    return;
  }
  const cls = insn.code & 7;
  const alu = cls === 4 || cls === 7;
  const jump = cls === 5 || cls === 6;
  const fromRegister = alu || jump ? (insn.code & 0x08) !== 0 : cls === 1 || cls === 3;
  switch (chance.below(9)) {
    case 0:
    case 1:
      if (fromRegister || cls === 1) break;
      list[at] = { ...insn, imm: chance.in100(50) ? chance.number() : (insn.imm + chance.between(-9, 9)) | 0 };
      break;
    case 2:
      if (alu) list[at] = { ...insn, code: (insn.code & 0x0f) | chance.pick(ALU) };
      else if (jump) {
        if ((insn.code & 0xf0) !== 0x80 && (insn.code & 0xf0) !== 0x90 && (insn.code & 0xf0) !== 0)
          list[at] = { ...insn, code: (insn.code & 0x0f) | chance.pick(JUMPS) };
      } else list[at] = { ...insn, code: (insn.code & ~0x18) | chance.pick([0, 8, 0x10, 0x18]) };
      break;
    case 3:
      // The other width: 64 or 32 bits.
      if (alu || jump) list[at] = { ...insn, code: insn.code ^ 3 };
      else list[at] = { ...insn, code: (insn.code & ~0x18) | chance.pick([0, 8, 0x10, 0x18]) };
      break;
    case 4:
      list[at] = { ...insn, dst: chance.below(11) };
      break;
    case 5:
      if (!fromRegister && !chance.in100(5)) break;
      list[at] = { ...insn, src: chance.below(11) };
      break;
    case 6:
      if (alu && !chance.in100(5)) break;
      list[at] = { ...insn, off: insn.off + chance.between(-9, 9) };
      break;
    case 7: {
      const other = chance.below(list.length);
      const there = list[other];
      if (there.code === 0 || isWide(there.code)) break;
      list[at] = there;
      list[other] = insn;
      break;
    }
    default:
      // Left out: a jump to the next instruction.
      list[at] = { code: 0x05, dst: 0, src: 0, off: 0, imm: 0 };
  }
}
