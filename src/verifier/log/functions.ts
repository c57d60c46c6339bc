import { formatInsn, isWide } from '../../isa/index.ts';
import { globalArguments } from '../types/global-function.ts';
import type { Walk } from '../walk/walk.ts';
import { insnNames } from './insn-names.ts';

const REGISTERS = 10;

/** Where each subprogram begins, and which registers are still read at each instruction. */
export function traceFunctions(walk: Walk): void {
  const { log, program } = walk;
  if (!log?.all) return;
  for (const [index, start] of program.subprograms.entries()) log.line(`func#${index} @${start}`);
  const { insns, live, loops } = program;
  const names = insnNames(walk);
  log.line('Live regs before insn:');
  for (let insn = 0; insn < insns.length; insn += isWide(insns.code(insn)) ? 2 : 1) {
    const loop = loops[insn] === 0 ? '   ' : String(loops[insn]).padStart(3);
    const registers = Array.from({ length: REGISTERS }, (_, i) => (live[insn] & (1 << i) ? i : '.')).join('');
    log.line(`${loop} ${String(insn).padStart(3)}: ${registers} ${formatInsn(insns, insn, names)}`);
  }
}

/** The main function need not be what global functions have to be, but it is said where it is not. */
export function traceMainFunction({ log, program, options }: Walk): void {
  const main = program.functions?.[0];
  if (!log || main?.linkage !== 'global') return;
  const wanted = globalArguments(options, main);
  if ('errno' in wanted && wanted.text !== '') log.line(wanted.text);
}

/** A function that is verified on its own is called: its body is not walked here. */
export function traceAssumed({ log, program }: Walk, subprogram: number): void {
  log?.line(`Func#${subprogram} ('${program.functions?.[subprogram]?.name}') is global and assumed valid.`);
}

export function traceValidating({ log, program }: Walk, subprogram: number): void {
  log?.line(`Validating ${program.functions?.[subprogram]?.name}() func#${subprogram}...`);
}

export function traceValid({ log, program }: Walk, subprogram: number): void {
  const name = program.functions?.[subprogram]?.name;
  log?.line(`Func#${subprogram} ('${name}') is safe for any args that match its prototype`);
}
