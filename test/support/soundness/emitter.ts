import type { Insn } from '../../../src/isa/index.ts';

/** A place that jumps lead to before it is known where it is. */
export interface Label {
  at: number | undefined;
  readonly users: number[];
}

/** Puts instructions one after the other and lets jumps lead forwards. */
export class Emitter {
  readonly list: Insn[] = [];

  get here(): number {
    return this.list.length;
  }

  add(code: number, { dst = 0, src = 0, off = 0, imm = 0 }: Partial<Insn> = {}): number {
    return this.list.push({ code, dst, src, off, imm: imm | 0 }) - 1;
  }

  /** A wide instruction: `ldimm64`. */
  wide(dst: number, src: number, [low, high]: readonly [number, number]): number {
    const at = this.add(0x18, { dst, src, imm: low });
    this.add(0, { imm: high });
    return at;
  }

  label(): Label {
    return { at: undefined, users: [] };
  }

  /** Adds a jump that leads to the label. */
  jump(code: number, fields: Partial<Insn>, to: Label): void {
    to.users.push(this.add(code, fields));
    if (to.at !== undefined) this.#patch(to.users.at(-1)!, to.at);
  }

  /** The label is here. */
  place(label: Label): void {
    label.at = this.here;
    for (const user of label.users) this.#patch(user, label.at);
  }

  /** Changes an instruction that was added. */
  change(at: number, fields: Partial<Insn>): void {
    this.list[at] = { ...this.list[at], ...fields };
  }

  #patch(user: number, target: number): void {
    this.change(user, { off: target - user - 1 });
  }
}
