import { invariant } from '../base/index.ts';
import { errno } from '../uapi/index.ts';
import type { KernelServices } from './core/services.ts';
import type { KernelState } from './core/state.ts';
import { contextPointer } from './fixup/context-of.ts';
import { translateProgram } from './fixup/translate.ts';
import { KernelLayout } from './layout/layout.ts';

/** Wires what runs programs to what loads them. */
export function createServices(state: KernelState): KernelServices {
  let known: KernelLayout | undefined;
  const layout = () => {
    if (!known) {
      const btf = state.btf();
      invariant(btf, 'the kernel profile has BTF');
      known = new KernelLayout(btf);
    }
    return known;
  };
  return {
    contextPointer,
    translate: (kernel, request) => translateProgram(kernel, layout, request),
    testRun: () => -errno.ENOTSUPP,
    runIterator: () => -errno.ENOTSUPP,
    fire: () => {},
    freeField: () => {},
    hasNetDevice: () => false,
    netDevices: () => [],
  };
}
