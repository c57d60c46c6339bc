import { type Insn, Insns } from '../../../src/isa/index.ts';
import { damage } from './damage.ts';
import { FUNCTION, type FunctionKind } from './fuzz-types.ts';
import { CTX, Making, type Wanted } from './making.ts';
import { Model } from './model.ts';
import { block } from './pieces/block.ts';
import { leave } from './pieces/flow.ts';
import { PROGRAM_KINDS, type ProgramKind } from './program-kinds.table.ts';

/** A generated program. Its `ldimm64` of maps hold indexes of `FUZZ_MAPS`. */
export interface GeneratedProgram {
  readonly kind: ProgramKind;
  readonly insns: Insns;
  /** `bpf_func_info` records, of the types of `fuzzTypes`. */
  readonly funcInfo: Uint8Array;
}

const FUNC_INFO_SIZE = 8;

/** The program of a seed: nearly always nearly valid. */
export function generateProgram(seed: number): GeneratedProgram {
  const kind = PROGRAM_KINDS[seed % PROGRAM_KINDS.length];
  const m = new Making(seed, kind);
  m.left = m.chance.between(3, 24);
  const functions: { at: number; kind: FunctionKind }[] = [{ at: 0, kind: 'main' }];
  m.code.add(0xbf, { dst: CTX, src: 1 });
  m.model.set(CTX, { kind: 'ctx' });
  m.model.set(1, { kind: 'ctx' });
  for (let r = 7; r <= 9; r++) if (m.chance.in100(60)) m.setNumber(r, m.chance.number());
  while (m.left > 0) block(m, m.left);
  leave(m);
  for (let i = 0; i < m.wanted.length; i++) {
    functions.push({ at: m.code.here, kind: m.wanted[i].kind });
    writeSubprogram(m, m.wanted[i]);
  }
  let list: readonly Insn[] = m.code.list;
  if (m.chance.in100(25)) list = damage(list, m.chance);
  return { kind, insns: Insns.from(list, 'little'), funcInfo: funcInfo(functions) };
}

function writeSubprogram(m: Making, wanted: Wanted): void {
  const at = m.code.here;
  for (const user of wanted.users) {
    const { code } = m.code.list[user];
    m.code.change(user, { imm: at - user - 1, src: code === 0x18 ? 4 : 1 });
  }
  m.model = new Model();
  m.busy.clear();
  m.depth = 1;
  m.callDepth = wanted.kind === 'callback' ? 2 : m.callDepth + 1;
  for (const [i, held] of wanted.args.entries()) m.model.set(i + 1, held);
  for (let r = 1; r <= wanted.args.length; r++) {
    if (m.chance.in100(50) && m.held(r).kind !== 'none') m.copy(6 + r, r);
  }
  m.left = m.chance.between(1, 6);
  block(m, m.left);
  if (wanted.kind === 'callback') {
    m.code.add(0xb7, { dst: 0, imm: m.chance.nearly(m.chance.below(2)) });
    m.code.add(0x95);
  } else leave(m);
}

function funcInfo(functions: readonly { at: number; kind: FunctionKind }[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(functions.length * FUNC_INFO_SIZE));
  for (const [i, { at, kind }] of functions.entries()) {
    view.setUint32(i * FUNC_INFO_SIZE, at, true);
    view.setUint32(i * FUNC_INFO_SIZE + 4, FUNCTION[kind], true);
  }
  return new Uint8Array(view.buffer);
}
