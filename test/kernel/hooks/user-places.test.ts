// Probes in user programs, from the attached object to what the program sees.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Kernel } from '../../../src/kernel/index.ts';
import { type LoadedObject, loadObject } from '../../../src/loader/index.ts';
import { openObject } from '../../../src/object/index.ts';
import type { System } from '../../../src/syscall/index.ts';
import { binaryFiles } from '../../support/binaries.ts';
import { runtimeKernel } from '../../support/runtime-kernel.ts';
import { sampleObject } from '../../support/samples.ts';

const LIBRARY = '/usr/lib/libc.so.6';
const PATH = 'samples/binaries/libprobes.so.1';
const binaries = binaryFiles({ [LIBRARY]: 'libprobes.so.1', [PATH]: 'libprobes.so.1' });
const links = readFileSync('test/fixtures/objects/user_probe_links.bpf.o');

/** Offsets in x86's `struct pt_regs`. */
const REGISTERS = { rbx: 40, rax: 80, rsi: 104, rdi: 112 } as const;

/** `struct pt_regs` with some registers set. */
function registers(values: Partial<Record<keyof typeof REGISTERS, bigint>>): Uint8Array {
  const view = new DataView(new ArrayBuffer(168));
  for (const [name, value] of Object.entries(values)) {
    view.setBigUint64(REGISTERS[name as keyof typeof REGISTERS], BigInt.asUintN(64, value), true);
  }
  return new Uint8Array(view.buffer);
}

let kernel: Kernel;
let system: System;
beforeEach(() => {
  kernel = runtimeKernel();
  system = kernel.openProcess();
  kernel.world.addTask({ pid: 77, comm: 'app' });
});

function load(bytes: Uint8Array): LoadedObject {
  return loadObject(system, openObject(bytes, { name: 'test' }), { binaries });
}

async function traced(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of system.tracePipe(AbortSignal.abort())) lines.push(line.replace(/^.*bpf_trace_printk: /, ''));
  return lines;
}

describe('a uprobe', () => {
  test('is hit in its file at its offset, in whatever task', () => {
    const loaded = load(sampleObject('clang-19/el/uprobe_malloc.bpf.o'));
    loaded.attach();
    const hit = (offset: bigint, rdi: bigint) =>
      kernel.world.fire({ hook: 'uprobe', path: LIBRARY, offset, registers: registers({ rdi }) }, 77).length;
    expect([hit(0x1000n, 100n), hit(0x1000n, 28n), hit(0x1001n, 1n)]).toEqual([1, 1, 0]);
    const returned = (rax: bigint) =>
      kernel.world.fire({ hook: 'uretprobe', path: LIBRARY, offset: 0x1000n, registers: registers({ rax }) }, 77);
    expect([...returned(1n), ...returned(0n)]).toHaveLength(2);
    const value = loaded.map('by_process').lookup(Uint8Array.of(77, 0, 0, 0));
    expect([...new BigUint64Array((value as Uint8Array).slice().buffer)]).toEqual([2n, 128n, 1n]);
  });

  test('of one process is not hit by another', () => {
    const loaded = load(links);
    const link = loaded.program('by_hand').attachUprobe({ binary: PATH, func: 'work_two', pid: 77 });
    const event = { hook: 'uprobe', path: PATH, offset: 0x1060n, registers: registers({}) } as const;
    expect(kernel.world.fire(event, 77)).toHaveLength(1);
    expect(kernel.world.fire(event)).toHaveLength(0);
    link.close();
    expect(kernel.world.fire(event, 77)).toHaveLength(0);
  });

  test('on many places is hit at each, at the end that it is for; a session at both', () => {
    const loaded = load(links);
    const names = ['on_entries', 'on_returns', 'on_both'];
    for (const name of names) loaded.program(name).attach();
    const ids = names.map((name) => (system.objGetInfoByFd(loaded.program(name).fd) as { id: number }).id);
    const hit = (hook: 'uprobe' | 'uretprobe', offset: bigint) =>
      kernel.world
        .fire({ hook, path: PATH, offset, registers: registers({}) })
        .map(({ progId }) => names[ids.indexOf(progId)]);
    expect(hit('uprobe', 0x1050n)).toEqual(['on_entries', 'on_both']);
    expect(hit('uretprobe', 0x1060n)).toEqual(['on_returns', 'on_both']);
    expect(hit('uprobe', 0x1070n)).toEqual([]);
  });
});

describe('a static probe', () => {
  test('hands the sample its arguments', async () => {
    load(sampleObject('clang-19/el/usdt_setjmp.bpf.o')).attach();
    const event = { hook: 'uprobe', path: LIBRARY, offset: 0x1012n } as const;
    kernel.world.fire({ ...event, registers: registers({ rdi: 0x7ffen, rsi: 0xffff_fffdn, rax: 0x1234n }) }, 77);
    expect(await traced()).toEqual(['setjmp env=7ffe value=-3 pc=1234']);
  });

  test('has at each place the arguments of that place', async () => {
    const loaded = load(links);
    loaded.program('on_probe').attach({ cookie: 42n });
    const hit = (offset: bigint) =>
      kernel.world.fire({ hook: 'uprobe', path: PATH, offset, registers: registers({ rdi: 7n, rax: -9n, rbx: 1n }) });
    const retvals = [0x1030n, 0x1034n, 0x1035n].flatMap((offset) => hit(offset).map(({ retval }) => retval));
    expect(retvals).toEqual([7, 7, -9]);
    expect(await traced()).toEqual([
      'counted 7 of 1, cookie 42',
      'counted 7 of 1, cookie 42',
      'counted -9 of 2, cookie 42',
    ]);
  });

  test('reads arguments from the memory of the task', () => {
    const loaded = loadObject(
      system,
      openObject(readFileSync('test/fixtures/objects/user_probe_places.bpf.o'), { name: 'test' }),
      { binaries },
    );
    loaded.attach();
    const array = new Uint8Array(96 + 8 * 3 + 1);
    array[8 * 3] = 200;
    const address = (kernel.world.putUserMemory(77, array) ?? 0n) + 96n;
    const regs = registers({ rax: 3n });
    new DataView(regs.buffer).setBigUint64(32, address, true);
    kernel.world.fire({ hook: 'uprobe', path: PATH, offset: 0x1024n, registers: regs }, 77);
    expect(loaded.dataMap('.bss')?.lookup(new Uint8Array(4))?.slice(0, 8)).toEqual(
      Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0),
    );
  });
});
