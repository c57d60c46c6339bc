import { CTX, type Making, SIZES } from '../making.ts';
import { bounded } from './arithmetic.ts';

const BYTES = [1, 2, 4, 8, 14, 16, 20, 34, 64];

/** Finds how much of a packet is there, and reads or writes it. */
export function packet(m: Making): void {
  const { kind, chance, code } = m;
  const { packet: fields } = kind;
  if (!fields || m.held(CTX).kind !== 'ctx') return;
  const data = m.freeLasting() ?? 3;
  const [end, probe] = [2, 4];
  const fromMeta = fields.meta !== undefined && chance.in100(12);
  code.add(0x61, { dst: data, src: CTX, off: fromMeta ? fields.meta : fields.data });
  code.add(0x61, { dst: end, src: CTX, off: fromMeta ? fields.data : fields.end });
  for (const r of [data, end, probe]) m.model.set(r, { kind: 'none' });
  const bytes = chance.pick(BYTES);
  const moved = chance.in100(35) ? moveBy(m, data, [end]) : 0;
  code.add(0xbf, { dst: probe, src: data });
  code.add(0x07, { dst: probe, imm: bytes });
  m.model.set(probe, { kind: 'none' });
  m.maybe(
    (over) => {
      // Beyond the end, said in four ways.
      const way = chance.below(5);
      if (way === 0) code.jump(0x2d, { dst: probe, src: end }, over);
      else if (way === 1) code.jump(0xad, { dst: end, src: probe }, over);
      else if (way === 2) code.jump(0x3d, { dst: probe, src: end }, over);
      else if (way === 3) {
        code.add(0xbd, { dst: probe, src: end, off: 1 });
        code.jump(0x05, {}, over);
      } else code.jump(0xbd, { dst: end, src: probe }, over);
    },
    () => {
      m.model.set(data, { kind: 'packet', range: bytes });
      m.busy.add(data);
      for (let i = chance.between(1, 4); i > 0; i--) throughPacket(m);
      m.busy.delete(data);
    },
  );
  if (moved >= 0) m.model.set(data, { kind: 'none' });
}

/** The pointer moves on by a number that is not known, but small. */
function moveBy(m: Making, pointer: number, others: readonly number[]): number {
  const { chance, code } = m;
  m.busy.add(pointer);
  for (const r of others) m.busy.add(r);
  const max = chance.pick([1, 7, 15, 63, 255, 0xffff]);
  const index = bounded(m, max);
  for (const r of others) m.busy.delete(r);
  m.busy.delete(pointer);
  if (index === pointer || others.includes(index)) return 0;
  code.add(chance.in100(90) ? 0x0f : 0x1f, { dst: pointer, src: index });
  return max;
}

function throughPacket(m: Making): void {
  const { chance, code, kind } = m;
  const pointers = m.model.having('packet');
  if (pointers.length === 0) return;
  const pointer = chance.pick(pointers);
  const held = m.held(pointer);
  if (held.kind !== 'packet') return;
  const size = chance.pick(SIZES);
  const room = held.range - size;
  if (room < 0) return;
  let [from, off] = [pointer, chance.nearly(chance.below(room + 1))];
  if (chance.in100(25) && room > 1) {
    const max = Math.max(1, chance.below(room));
    const index = bounded(m, max);
    if (index === pointer) return;
    from = m.free();
    if (from === pointer || from === index) return;
    code.add(0xbf, { dst: from, src: pointer });
    code.add(0x0f, { dst: from, src: index });
    m.model.set(from, { kind: 'none' });
    off = chance.below(room - max + 1);
    // A new pointer of its own: it has to be compared with the end anew, which is left out now and then.
    if (!chance.in100(10)) return;
  }
  const value = m.number();
  if (chance.in100(kind.packet?.writable ? 60 : 97)) m.load(size, m.free(), { from, off });
  else if (value !== from) m.store(size, from, { off, value });
}

/** Old loads of packets, that end the program where there is no such byte. */
export function oldLoad(m: Making): void {
  const { chance, code, kind } = m;
  if (!kind.skb || m.held(CTX).kind !== 'ctx' || m.depth > 0) return;
  const size = chance.pick([0x00, 0x08, 0x10]);
  if (chance.in100(50)) code.add(0x20 | size, { imm: chance.below(40) });
  else {
    const src = m.number();
    code.add(0x40 | size, { src, imm: chance.below(8) });
  }
  m.model.clobber();
  m.model.set(0, { kind: 'number' });
}

/** Helpers that change the packet, so that pointers into it are no good any more. */
export function changePacket(m: Making): void {
  const { chance, code, kind } = m;
  if (!kind.packet?.writable || m.held(CTX).kind !== 'ctx') return;
  code.add(0xbf, { dst: 1, src: CTX });
  code.add(0xb7, { dst: 2, imm: chance.between(-8, 8) });
  code.add(0xb7, { dst: 3, imm: 0 });
  // bpf_xdp_adjust_head, bpf_skb_pull_data
  m.call(kind.progType === 6 ? 44 : 39);
  m.model.packetChanged();
}

/** Fields of the context are read and written. */
export function context(m: Making): void {
  const { chance, code, kind } = m;
  if (m.held(CTX).kind !== 'ctx') return;
  if (chance.in100(50) && kind.stores.length > 0) {
    const [off, size] = chance.pick(kind.stores);
    m.store(size as 4, CTX, { off: chance.nearly(off), value: m.number() });
    return;
  }
  const [off, size] = chance.pick(kind.loads);
  if (chance.in100(5)) {
    const moved = m.free();
    code.add(0xbf, { dst: moved, src: CTX });
    code.add(0x07, { dst: moved, imm: chance.pick([4, 8, 16]) });
    m.model.set(moved, { kind: 'none' });
    m.load(size as 4, m.free(), { from: moved, off: off - 8 });
    return;
  }
  m.load(size as 4, m.free(), { from: CTX, off });
}
