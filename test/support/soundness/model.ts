/** What the generator believes of a register. */
export type Held =
  | { readonly kind: 'none' }
  /** A number; where `max` is given, from 0 to that. */
  | { readonly kind: 'number'; readonly max?: number }
  | { readonly kind: 'ctx' }
  /** A pointer to the stack of the running frame. */
  | { readonly kind: 'stack'; readonly off: number }
  /** A pointer to `size` bytes, of which `at` are behind it already. */
  | {
      readonly kind: 'memory';
      readonly size: number;
      readonly at: number;
      readonly readonly?: boolean;
      readonly owned?: boolean;
    }
  /** A pointer into the packet, with `range` bytes known to be there. */
  | { readonly kind: 'packet'; readonly range: number };

const NONE: Held = { kind: 'none' };

/** Registers and stack as the generator believes that they are. */
export class Model {
  readonly registers: Held[];
  /** Bytes of the stack that were written: index 0 is the byte below the frame pointer. */
  readonly written: Uint8Array;
  /** What was spilled where: by offset from the frame pointer. */
  readonly spilled: Map<number, Held>;

  constructor(from?: Model) {
    this.registers = from ? from.registers.slice() : Array.from({ length: 10 }, () => NONE);
    this.written = from ? from.written.slice() : new Uint8Array(512);
    this.spilled = new Map(from?.spilled);
  }

  set(register: number, held: Held): void {
    this.registers[register] = held;
  }

  /** After a call: R0 to R5 are gone. */
  clobber(): void {
    for (let r = 0; r <= 5; r++) this.registers[r] = NONE;
  }

  /** Packet pointers are gone. */
  packetChanged(): void {
    for (const [r, held] of this.registers.entries()) if (held.kind === 'packet') this.registers[r] = NONE;
    for (const [off, held] of this.spilled) if (held.kind === 'packet') this.spilled.delete(off);
  }

  /** Registers that hold such a thing. */
  having<K extends Held['kind']>(kind: K): number[] {
    return this.registers.flatMap((held, r) => (held.kind === kind ? [r] : []));
  }

  write(off: number, size: number): void {
    for (let i = 0; i < size; i++) {
      const at = -off - 1 - i;
      if (at >= 0 && at < 512) this.written[at] = 1;
    }
    for (const slot of [...this.spilled.keys()]) if (slot < off + size && slot + 8 > off) this.spilled.delete(slot);
  }

  /** Whether bytes were written before. */
  isWritten(off: number, size: number): boolean {
    for (let i = 0; i < size; i++) if (!this.written[-off - 1 - i]) return false;
    return true;
  }

  /** Becomes what holds on both ways. */
  meet(other: Model): void {
    for (let r = 0; r < 10; r++) this.registers[r] = meetHeld(this.registers[r], other.registers[r]);
    for (let i = 0; i < 512; i++) this.written[i] &= other.written[i];
    for (const [off, held] of [...this.spilled]) {
      const there = other.spilled.get(off);
      const both = there ? meetHeld(held, there) : NONE;
      if (both.kind === 'none') this.spilled.delete(off);
      else this.spilled.set(off, both);
    }
  }
}

function meetHeld(a: Held, b: Held): Held {
  if (a.kind !== b.kind) return NONE;
  if (a.kind === 'number' && b.kind === 'number') {
    return a.max === undefined || b.max === undefined
      ? { kind: 'number' }
      : { kind: 'number', max: Math.max(a.max, b.max) };
  }
  if (a.kind === 'packet' && b.kind === 'packet') return { kind: 'packet', range: Math.min(a.range, b.range) };
  return JSON.stringify(a) === JSON.stringify(b) ? a : NONE;
}
