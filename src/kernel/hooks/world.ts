import type { World } from '../../world/index.ts';
import { deliverPacket } from './deliver.ts';
import { fireEvent } from './fire.ts';
import type { Runtime } from './scope.ts';

const DEFAULT_MTU = 1500;

/** The outside's door to a kernel. @param advanceTo lets time go on, with what falls due */
export function createWorld(runtime: Runtime, advanceTo: (ns: bigint) => void): World {
  const { devices, tasks } = runtime;
  return {
    addDevice({ name, ifindex, mtu, address }) {
      const number = ifindex ?? Math.max(...devices.list().map((device) => device.ifindex)) + 1;
      const made = Uint8Array.of(2, 0, 0, 0, number >> 8, number & 0xff);
      devices.add({ ifindex: number, name, mtu: mtu ?? DEFAULT_MTU, address: address ?? made });
      return number;
    },
    addTask({ pid, tgid, comm, uid, gid }) {
      tasks.of({ pid, tgid: tgid ?? pid, comm, uid: uid ?? 0, gid: gid ?? 0 });
    },
    putUserMemory: (pid, bytes) => tasks.get(pid)?.putUser(bytes),
    removeTask(pid) {
      tasks.remove(pid);
    },
    deliverPacket(ifindex, packet) {
      const device = devices.get(ifindex);
      return device && deliverPacket(runtime, device, packet);
    },
    fire: (event, pid = 0) => fireEvent(runtime, event, tasks.get(pid) ?? tasks.idle),
    advanceTo,
  };
}
