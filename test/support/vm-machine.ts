import type { Endian } from '../../src/base/index.ts';
import { assemble, findSubprograms } from '../../src/isa/index.ts';
import type {
  EngineKind,
  ExecutableProgram,
  HelperFunction,
  HelperTable,
  RunOptions,
  RunResult,
} from '../../src/vm/index.ts';
import { createEngine, Memory } from '../../src/vm/index.ts';

/** Both mean the same. */
export const ENGINES: readonly EngineKind[] = ['interpreter', 'jit'];

/** A memory, an engine and the helpers that a test gives it. */
export function createTestMachine(
  table: Partial<HelperTable> & { helpers?: Record<number, HelperFunction> } = {},
  engine: EngineKind = 'interpreter',
) {
  const memory = new Memory();
  const around = {
    memory,
    helpers: {
      helper: (id: number) => table.helpers?.[id],
      kfunc: () => undefined,
      tailCallTarget: () => undefined,
      probeReadable: () => true,
      packetLoad: () => undefined,
      now: () => 0n,
      ...table,
    },
  };
  const made = createEngine(engine, around);
  const run = (text: ExecutableProgram | string, given: Partial<RunOptions> = {}): RunResult => {
    const program = typeof text === 'string' ? programOf(text) : text;
    const result = made.run(program, { context: 0n, ...given });
    // Compiled code does not count its steps: where they are counted, the interpreter ran.
    if (engine === 'jit' && result.steps !== 0) throw new Error('this program is not compiled');
    return result;
  };
  return { memory, run };
}

let texts = 0;

/** An executable program from assembler text. */
export function programOf(
  text: string,
  options: Partial<ExecutableProgram> & { endian?: Endian } = {},
): ExecutableProgram {
  const insns = assemble(text, options.endian);
  const textBase = 0xffff_ffff_a000_0000n + BigInt(texts++) * 0x1000n;
  return { name: 'test', insns, subprograms: findSubprograms(insns), textBase, verified: true, ...options };
}

/** R0 of a run that must not fault. */
export function r0(result: RunResult): bigint {
  if (!result.ok) throw new Error(`fault: ${result.fault.reason} at ${result.fault.insn}: ${result.fault.text}`);
  return result.r0;
}
