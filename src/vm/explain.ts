import { formatInsn } from '../isa/index.ts';
import { mayAccess, outside, READ, WRITE } from './access.ts';
import type { Fault, FaultAccess, FaultCause } from './fault.ts';
import type { Memory, Region } from './memory.ts';
import { kernelAddress, kernelOffset, PAGE_SIZE, userOffset } from './memory.ts';

/** A fault of the instruction that a run is at. */
export function createFault(cause: FaultCause, at: Pick<Fault, 'program' | 'insn' | 'registers' | 'frame'>): Fault {
  const { program, insn } = at;
  const { insns, subprograms, names } = program;
  let index = subprograms.length - 1;
  while (index > 0 && subprograms[index] > insn) index--;
  return {
    ...cause,
    ...at,
    text: insn >= 0 && insn < insns.length ? formatInsn(insns, insn) : '',
    subprogram: { insn: subprograms[index] ?? 0, name: names?.[index] },
    line: program.lineOf?.(insn),
  };
}

/**
 * A fault as lines for a person: what happened, where in the program and in its source, the registers.
 */
export function formatFault(fault: Fault): string {
  const { program, insn, subprogram, line, registers, access } = fault;
  const where =
    subprogram.name && subprogram.name !== program.name ? `${program.name}, ${subprogram.name}` : program.name;
  const lines = [`${fault.reason} (${where}, instruction ${insn}, frame ${fault.frame})`];
  if (line) lines.push(`  ${line.file}:${line.line}:${line.column}: ${line.text.trim()}`);
  if (fault.text) lines.push(`  ${insn}: ${fault.text}`);
  if (access?.region) {
    const { name, kind, offset, size } = access.region;
    lines.push(`  nearest memory: ${name} (${kind}), ${size} bytes at ${hex(kernelAddress(offset))}`);
  }
  for (let i = 0; i < registers.length; i += 4) {
    const row = registers.slice(i, i + 4).map((value, n) => `R${i + n}=${hex(value)}`);
    lines.push(`  ${row.join(' ')}`);
  }
  return lines.join('\n');
}

/** Says why `mayAccess` refused. */
export function explainAccess(
  memory: Memory,
  address: bigint,
  { size, use }: { readonly size: number; readonly use: number },
): FaultCause {
  const access = { use: useName(use), address, size };
  const what = `${access.use} of ${size} byte${size === 1 ? '' : 's'} at ${hex(address)}`;
  if (address < 4096n) return { kind: 'null-pointer', reason: `${what}: null pointer`, access };
  if (userOffset(address) >= 0) {
    return { kind: 'bad-address', reason: `${what}: user memory, which only helpers can reach`, access };
  }
  const offset = kernelOffset(address);
  if (offset < 0) return { kind: 'bad-address', reason: `${what}: no kernel address`, access };
  const region = memory.regionAt(offset) ?? nearest(memory, offset);
  if (!region) return { kind: 'bad-address', reason: `${what}: nothing is there`, access };
  const distance = outside(region, offset, size);
  if (distance !== 0) {
    const side = distance > 0 ? `${distance} past the end of` : `${-distance} before`;
    const found: FaultAccess = { ...access, region, outside: distance };
    return { kind: 'out-of-bounds', reason: `${what}: ${side} ${region.name}`, access: found };
  }
  const writing = mayAccess(memory, offset, size, READ) && (use & WRITE) !== 0;
  const kind = writing ? 'not-writable' : 'not-readable';
  const reason = `${what}: ${region.name} is ${writing ? 'read-only' : 'not accessible'}`;
  return { kind, reason, access: { ...access, region, outside: 0 } };
}

function useName(use: number): FaultAccess['use'] {
  if (use === READ) return 'read';
  return use === WRITE ? 'write' : 'read and write';
}

/** A u64 as the kernel prints addresses. */
export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** The region that ends or begins next to an offset that none covers. */
function nearest(memory: Memory, offset: number): Region | undefined {
  for (let distance = 1; distance < PAGE_SIZE; distance++) {
    const region = memory.regionAt(offset - distance) ?? memory.regionAt(offset + distance);
    if (region) return region;
  }
  return undefined;
}
