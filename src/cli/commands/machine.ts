import { createNodeHost } from '../../host/index.ts';
import { deleteMachineFile, listMachines } from '../../machine/index.ts';
import type { Handler } from '../context.ts';
import { DONE } from '../report.ts';

/** `machine path`: the file of the machine that this call would use. */
export const machinePath: Handler = async ({ machine }) => {
  const { path } = await machine();
  return { plain: () => `${path}\n`, json: () => ({ path }) };
};

/** `machine list`: the names of this user's machines. */
export const machineList: Handler = () => {
  const names = listMachines(createNodeHost());
  return { plain: () => names.map((name) => `${name}\n`), json: () => names };
};

/** `machine reset`: deletes the machine; the next call begins with an empty one. */
export const machineReset: Handler = async ({ machine }) => {
  deleteMachineFile((await machine()).path);
  return DONE;
};
