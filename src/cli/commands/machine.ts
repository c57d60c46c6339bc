import type { Handler } from '../context.ts';
import { errNotSupported } from '../errors.ts';

export const machinePath: Handler = () => {
  throw errNotSupported('ebpfts machine path');
};
export const machineList: Handler = () => {
  throw errNotSupported('ebpfts machine list');
};
export const machineReset: Handler = () => {
  throw errNotSupported('ebpfts machine reset');
};
