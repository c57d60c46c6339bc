import type { Emulated } from '../../test/support/soundness/emulated.ts';
import { generateProgram } from '../../test/support/soundness/generate.ts';
import { loadAttr, prepare, prepareEmulated, type Setting } from '../../test/support/soundness/setting.ts';
import type { LiveKernel } from './live-kernel.ts';
import type { Source } from './source.ts';

/** Programs of the generator, with the maps that they use made in both kernels. */
export async function generatedPrograms(kernels: { emulated: Emulated; live: LiveKernel }): Promise<Source> {
  const { live } = kernels;
  const emulated = prepareEmulated(kernels.emulated.process);
  const setting = await prepareLiveKernel(live);
  return {
    async *programs(first, count) {
      for (let seed = first; seed < first + count; seed++) {
        const program = generateProgram(seed);
        const attrs = { live: loadAttr(program, setting), emulated: loadAttr(program, await emulated) };
        yield { name: `generated ${seed}`, seed, attrs };
      }
    },
  };
}

/** Makes in the running kernel what generated programs use. */
export function prepareLiveKernel(live: LiveKernel): Promise<Setting> {
  return prepare({
    btfLoad: async (attr) => (await live.btfLoad(attr)).result,
    mapCreate: async (attr) => (await live.mapCreate(attr)).result,
    mapUpdate: async (fd, key, value) => (await live.mapUpdate(fd, key, value)).result,
    mapFreeze: async (fd) => (await live.mapFreeze(fd)).result,
  });
}
