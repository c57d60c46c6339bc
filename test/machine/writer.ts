import { createNodeHost } from '../../src/host/index.ts';
import { openMachine } from '../../src/machine/index.ts';
import { bpf_map_type, bpf_prog_type } from '../../src/uapi/index.ts';
import { tinyKernelBtf } from '../support/tiny-kernel.ts';

/*
 * A process that changes a machine again and again, until it is killed or has done `count` steps: each step adds one to
 * a counter, sets every element of a map to the counter, and loads and pins one program that uses the map. It prints a
 * step's number when the step is reported done.
 *
 *   writer.ts PATH LABEL COUNT
 */
const [path, label, count] = process.argv.slice(2);
const machine = openMachine({
  host: createNodeHost(),
  name: path,
  profile: { btf: { path: 'tiny 6.18.0', bytes: tinyKernelBtf() } },
});
const ENTRIES = 1000;

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** `r1 = map; r0 = 0; exit` */
function program(mapFd: number): Uint8Array {
  return Uint8Array.of(
    0x18,
    0x11,
    0,
    0,
    ...u32(mapFd),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0xb7,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0x95,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  );
}

for (let step = 1; step <= Number(count); step++) {
  machine.write((kernel) => {
    const system = kernel.openProcess();
    const directory = `/sys/fs/bpf/${label}`;
    const pin = `${directory}/map`;
    let map = system.objGet(pin);
    if (map < 0) {
      system.mkdir(directory);
      map = system.mapCreate({
        mapType: bpf_map_type.BPF_MAP_TYPE_HASH,
        keySize: 4,
        valueSize: 4,
        maxEntries: ENTRIES,
        mapName: 'steps',
      });
      system.objPin(map, pin);
    }
    const before = system.mapLookupElem(map, u32(0));
    const value =
      typeof before === 'number' ? 1 : new DataView(before.buffer, before.byteOffset).getUint32(0, true) + 1;
    for (let key = 0; key < ENTRIES; key++) system.mapUpdateElem(map, u32(key), u32(value));
    const prog = system.progLoad({
      progType: bpf_prog_type.BPF_PROG_TYPE_SOCKET_FILTER,
      insns: program(map),
      license: 'GPL',
    });
    system.unlink(`${directory}/prog`);
    system.objPin(prog, `${directory}/prog`);
  });
  process.stdout.write(`${step}\n`);
}
await machine.close();
