import { Chance } from './chance.ts';
import { Emitter } from './emitter.ts';
import { type Held, Model } from './model.ts';
import type { ProgramKind } from './program-kinds.table.ts';

export const FP = 10;
/** Where the context is kept. */
export const CTX = 6;
export const SIZES = [1, 2, 4, 8] as const;
export type Size = (typeof SIZES)[number];

const SIZE_CODES: Readonly<Record<Size, number>> = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 };

/** Operators: the high four bits. */
export const ADD = 0x00;
export const AND = 0x50;
export const RSH = 0x70;

/** A subprogram that is called somewhere, and yet to be written. */
export interface Wanted {
  readonly kind: 'static' | 'global' | 'callback';
  /** What it finds in R1 to R5. */
  readonly args: readonly Held[];
  /** The instructions that call it, or take its address. */
  readonly users: number[];
}

/** A program that is being written: code, and what is believed of the registers. */
export class Making {
  readonly chance: Chance;
  readonly code = new Emitter();
  readonly kind: ProgramKind;
  readonly wanted: Wanted[] = [];
  model = new Model();
  /** Registers that a piece of code in progress needs. */
  readonly busy = new Set<number>();
  /** How deep pieces are inside one another, and how many may still be written. */
  depth = 0;
  left = 0;
  /** Subprograms call none at some depth. */
  callDepth = 0;

  constructor(seed: number, kind: ProgramKind) {
    this.chance = new Chance(seed);
    this.kind = kind;
  }

  held(register: number): Held {
    return register === FP ? { kind: 'stack', off: 0 } : this.model.registers[register];
  }

  /** A register that may be overwritten. */
  free(): number {
    const usable = [0, 1, 2, 3, 4, 5, 7, 8, 9].filter((r) => !this.busy.has(r));
    const empty = usable.filter((r) => this.held(r).kind === 'none');
    const numbers = usable.filter((r) => this.held(r).kind === 'number');
    if (empty.length > 0 && this.chance.in100(60)) return this.chance.pick(empty);
    if (numbers.length > 0 && this.chance.in100(85)) return this.chance.pick(numbers);
    return this.chance.pick(usable);
  }

  /** One of R7 to R9: it outlives calls. */
  freeLasting(): number | undefined {
    const usable = [7, 8, 9].filter((r) => !this.busy.has(r));
    return usable.length === 0 ? undefined : this.chance.pick(usable);
  }

  /** A register with a number. */
  number(): number {
    const numbers = this.model.having('number');
    if (numbers.length > 0 && this.chance.in100(90)) return this.chance.pick(numbers);
    const register = this.free();
    this.setNumber(register, this.chance.number());
    return register;
  }

  setNumber(register: number, value: number): void {
    if (this.chance.in100(10)) this.code.wide(register, 0, [value, this.chance.number()]);
    else this.code.add(this.chance.in100(70) ? 0xb7 : 0xb4, { dst: register, imm: value });
    this.model.set(register, value >= 0 ? { kind: 'number', max: value } : { kind: 'number' });
  }

  constant(register: number, value: number): void {
    this.code.add(0xb7, { dst: register, imm: value });
    this.model.set(register, value >= 0 ? { kind: 'number', max: value } : { kind: 'number' });
  }

  copy(to: number, from: number): void {
    this.code.add(0xbf, { dst: to, src: from });
    this.model.set(to, this.held(from));
  }

  /** R`to` = the frame pointer and an offset. */
  stackPointer(to: number, off: number): void {
    this.code.add(0xbf, { dst: to, src: FP });
    this.code.add(0x07, { dst: to, imm: off });
    this.model.set(to, { kind: 'stack', off });
  }

  load(size: Size, to: number, { from, off, signed = false }: { from: number; off: number; signed?: boolean }): void {
    const mode = signed && size < 8 ? 0x80 : 0x60;
    this.code.add(mode | 0x01 | SIZE_CODES[size], { dst: to, src: from, off });
    const max = signed || size > 2 ? undefined : 2 ** (8 * size) - 1;
    this.model.set(to, { kind: 'number', max });
  }

  store(size: Size, to: number, { off, value }: { off: number; value: number }): void {
    this.code.add(0x63 | SIZE_CODES[size], { dst: to, src: value, off });
  }

  storeNumber(size: Size, to: number, { off, imm }: { off: number; imm: number }): void {
    this.code.add(0x62 | SIZE_CODES[size], { dst: to, off, imm });
  }

  /** A call of a helper: what R1 to R5 held is gone, R0 is a number. */
  call(helper: number): void {
    this.code.add(0x85, { imm: helper });
    this.model.clobber();
    this.model.set(0, { kind: 'number' });
  }

  /** The same where R0 is not set either. */
  callVoid(helper: number): void {
    this.call(helper);
    this.model.set(0, { kind: 'none' });
  }

  /** The same of a function of the kernel, by its index in `FUZZ_KFUNCS`. */
  callKfunc(index: number): void {
    this.code.add(0x85, { src: 2, imm: index });
    this.model.clobber();
    this.model.set(0, { kind: 'none' });
  }

  mapPointer(register: number, map: number): void {
    this.code.wide(register, 1, [map, 0]);
    this.model.set(register, { kind: 'none' });
  }

  /** Writes a piece that one way goes through and the other leaves out; what both agree on holds after it. */
  maybe(jump: (over: import('./emitter.ts').Label) => void, piece: () => void): void {
    const over = this.code.label();
    jump(over);
    const skipped = new Model(this.model);
    piece();
    this.code.place(over);
    this.model.meet(skipped);
  }
}
