import type { Endian } from '../../src/base/index.ts';
import { assemble, findSubprograms } from '../../src/isa/index.ts';
import type { ExecutableProgram, HelperFunction, HelperTable, RunOptions, RunResult } from '../../src/vm/index.ts';
import { createInterpreter, Memory } from '../../src/vm/index.ts';

/** An interpreter with the helpers that a test gives it. */
export function createTestMachine(table: Partial<HelperTable> & { helpers?: Record<number, HelperFunction> } = {}) {
  const memory = new Memory();
  const interpreter = createInterpreter({
    memory,
    helpers: {
      helper: (id) => table.helpers?.[id],
      kfunc: () => undefined,
      tailCallTarget: () => undefined,
      probeReadable: () => true,
      packetLoad: () => undefined,
      now: () => 0n,
      ...table,
    },
  });
  const run = (program: ExecutableProgram | string, options: Partial<RunOptions> = {}): RunResult =>
    interpreter.run(typeof program === 'string' ? programOf(program) : program, { context: 0n, ...options });
  return { memory, interpreter, run };
}

let texts = 0;

/** An executable program from assembler text. */
export function programOf(
  text: string,
  options: Partial<ExecutableProgram> & { endian?: Endian } = {},
): ExecutableProgram {
  const insns = assemble(text, options.endian);
  const textBase = 0xffff_ffff_a000_0000n + BigInt(texts++) * 0x1000n;
  return { name: 'test', insns, subprograms: findSubprograms(insns), textBase, ...options };
}

/** R0 of a run that must not fault. */
export function r0(result: RunResult): bigint {
  if (!result.ok) throw new Error(`fault: ${result.fault.reason} at ${result.fault.insn}: ${result.fault.text}`);
  return result.r0;
}
