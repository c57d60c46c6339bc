import type { Btf } from '../../src/btf/index.ts';
import type { Emulated } from '../../test/support/soundness/emulated.ts';
import { generateProgram } from '../../test/support/soundness/generate.ts';
import {
  loadAttr,
  type Preparing,
  prepare,
  prepareEmulated,
  type Setting,
} from '../../test/support/soundness/setting.ts';
import type { LiveKernel } from './live-kernel.ts';
import type { Source } from './source.ts';

/** Programs of the generator, with the maps that they use made in both kernels. */
export async function generatedPrograms(kernels: {
  emulated: Emulated;
  live: LiveKernel;
  vmlinux: Btf;
}): Promise<Source> {
  const { live, vmlinux } = kernels;
  const emulated = prepareEmulated(kernels.emulated.process, vmlinux);
  const setting = await prepareLiveKernel(live, vmlinux);
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
export function prepareLiveKernel(live: LiveKernel, vmlinux: Btf): Promise<Setting> {
  const kernel: Preparing<Promise<number>> = {
    btfLoad: async (attr) => (await live.btfLoad(attr)).result,
    mapCreate: async (attr) => (await live.mapCreate(attr)).result,
    mapUpdate: async (fd, key, value) => (await live.mapUpdate(fd, key, value)).result,
    mapFreeze: async (fd) => (await live.mapFreeze(fd)).result,
  };
  return prepare(kernel, vmlinux);
}
