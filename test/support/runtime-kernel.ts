import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createManualClock } from '../../src/kernel/core/clock.ts';
import type { Kernel } from '../../src/kernel/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import type { LoadedObject } from '../../src/loader/index.ts';
import { loadObject } from '../../src/loader/index.ts';
import type { BpfObject } from '../../src/object/index.ts';
import { openObject } from '../../src/object/index.ts';
import type { ProgTestRunAttr, System } from '../../src/syscall/index.ts';
import { profileOf618 } from './profile.ts';
import { shippedKernelBtf } from './samples.ts';

const data = new URL('../data/runtime/', import.meta.url);

/** A file of test/data/runtime, unpacked. */
export function runtimeData(name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`${name}.gz`, data)));
}

/** A kernel with the types of the shipped one, at a standing clock. */
export function runtimeKernel(): Kernel {
  const btf = shippedKernelBtf();
  return createKernel({
    profile: profileOf618(btf),
    clock: createManualClock(),
  });
}

/** Objects that were opened, by their bytes. */
const opened = new WeakMap<Uint8Array, BpfObject>();

/** Loads one program of an object, or all of them. */
export function loadPrograms(system: System, bytes: Uint8Array, only?: string): LoadedObject {
  const object = opened.get(bytes) ?? openObject(bytes, { name: 'test' });
  opened.set(bytes, object);
  const slots = new Set(object.maps.flatMap((map) => map.slots));
  for (const program of object.programs) {
    program.autoload = only === undefined || program.name === only || slots.has(program);
  }
  return loadObject(system, object);
}

/** The attributes of a test run from words: `d=` packet, `dz=` zero bytes, `ctx=`, `dout=` and `cout=` room, … */
export function parseRun(text: string): ProgTestRunAttr {
  const words = new Map(text.split(' ').map((word) => word.split('=') as [string, string]));
  const bytes = (name: string) => {
    const hex = words.get(name);
    return hex === undefined ? undefined : new Uint8Array(Buffer.from(hex, 'hex'));
  };
  const number = (name: string) => (words.has(name) ? Number(words.get(name)) : undefined);
  return {
    dataIn: bytes('d') ?? (words.has('dz') ? new Uint8Array(Number(words.get('dz'))) : undefined),
    ctxIn: bytes('ctx'),
    dataSizeOut: number('dout'),
    ctxSizeOut: number('cout'),
    repeat: number('repeat'),
    flags: number('flags'),
    cpu: number('cpu'),
    batchSize: number('batch'),
  };
}
