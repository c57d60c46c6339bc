import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import { createNodeHost, type Host } from '../../src/host/index.ts';
import {
  deleteMachineFile,
  listMachines,
  MachineError,
  machinePath,
  openMachine,
  type ProfileOptions,
} from '../../src/machine/index.ts';
import { LmdbStore, openDatabase } from '../../src/machine/lmdb-store.ts';
import type { System } from '../../src/syscall/index.ts';
import { bpf_map_type } from '../../src/uapi/index.ts';
import { tinyKernelBtf } from '../support/tiny-kernel.ts';

const folder = mkdtempSync(join(tmpdir(), 'ebpfts-machine-'));
afterAll(() => rmSync(folder, { recursive: true }));

const state: Record<string, string | undefined> = {};
const host: Host = {
  ...createNodeHost(),
  env: (name) => state[name],
  stateDirectory: () => folder,
};
const profile: ProfileOptions = { version: '6.12.3', cpus: 2, btf: { path: 'tiny', bytes: tinyKernelBtf() } };
const machineOf = (name: string, wanted: ProfileOptions = profile) => openMachine({ host, name, profile: wanted });

const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);

function makeMap(system: System, path: string, changes = {}): number {
  const attr = { mapType: bpf_map_type.BPF_MAP_TYPE_HASH, keySize: 4, valueSize: 4, maxEntries: 100, mapName: 'saved' };
  const fd = system.mapCreate({ ...attr, ...changes });
  expect(system.objPin(fd, path)).toBe(0);
  return fd;
}

function idsOf(system: System, kind: 'prog' | 'map' | 'btf'): number[] {
  const ids = [];
  for (let id = system.objGetNextId(kind, 0); id > 0; id = system.objGetNextId(kind, id)) ids.push(id);
  return ids;
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof MachineError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('a machine', () => {
  test('keeps maps, programs, BTF and pins from one call to the next', () => {
    const machine = machineOf('kept');
    machine.write((kernel) => {
      const system = kernel.openProcess();
      const map = makeMap(system, '/sys/fs/bpf/map');
      system.mapUpdateElem(map, u32(1), u32(11));
      const insns = Uint8Array.of(
        0x18,
        0x11,
        0,
        0,
        map,
        0,
        0,
        0,
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
      const prog = system.progLoad({ progType: 1, insns, license: 'GPL', progName: 'filter' });
      system.mkdir('/sys/fs/bpf/dir');
      expect(system.objPin(prog, '/sys/fs/bpf/dir/prog')).toBe(0);
      expect(system.btfLoad({ btf: tinyKernelBtf() })).toBeGreaterThan(0);
    });
    machineOf('kept').read((kernel) => {
      const system = kernel.openProcess();
      expect(system.mapLookupElem(system.objGet('/sys/fs/bpf/map'), u32(1))).toEqual(u32(11));
      const info = system.objGetInfoByFd(system.objGet('/sys/fs/bpf/dir/prog'));
      expect(info).toMatchObject({
        name: 'filter',
        mapIds: [1],
        tag: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
      // The BTF that only an fd held went with the process.
      expect(idsOf(system, 'btf')).toEqual([1]);
    });
  });

  test('forgets what nobody holds, and gives its ids to nobody else', () => {
    const machine = machineOf('forgets');
    machine.write((kernel) => makeMap(kernel.openProcess(), '/sys/fs/bpf/a'));
    machine.write((kernel) => kernel.openProcess().unlink('/sys/fs/bpf/a'));
    machine.write((kernel) => {
      const system = kernel.openProcess();
      expect(idsOf(system, 'map')).toEqual([]);
      makeMap(system, '/sys/fs/bpf/b');
      expect(idsOf(system, 'map')).toEqual([2]);
      expect(system.mapLookupElem(system.objGet('/sys/fs/bpf/b'), u32(1))).toBe(-2);
    });
  });

  test('saves of a huge array the pages that were written, and no other', () => {
    const array = { mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY, valueSize: 8, maxEntries: 1 << 24 };
    const save = vi.spyOn(LmdbStore.prototype, 'savePage');
    const saved = machineOf('huge').write((kernel) => {
      const system = kernel.openProcess();
      const map = makeMap(system, '/sys/fs/bpf/huge', array);
      system.mapUpdateElem(map, u32(9_000_000), new Uint8Array(8).fill(7));
      return map;
    });
    expect(saved).toBeGreaterThan(0);
    expect(save).toHaveBeenCalledTimes(2);
    save.mockRestore();
    machineOf('huge').read((kernel) => {
      const system = kernel.openProcess();
      const map = system.objGet('/sys/fs/bpf/huge');
      expect(system.mapLookupElem(map, u32(9_000_000))).toEqual(new Uint8Array(8).fill(7));
      expect(system.mapLookupElem(map, u32(9_000_001))).toEqual(new Uint8Array(8));
    });
  });

  test('gives a new map on the pages of an old one nothing of it', () => {
    const array = { mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY, valueSize: 4, maxEntries: 100_000 };
    const fill = (system: System, map: number) => {
      for (let index = 0; index < 100_000; index += 1000) system.mapUpdateElem(map, u32(index), u32(index + 1));
    };
    machineOf('reused').write((kernel) => {
      const system = kernel.openProcess();
      fill(system, makeMap(system, '/sys/fs/bpf/old', array));
    });
    machineOf('reused').write((kernel) => {
      const system = kernel.openProcess();
      system.unlink('/sys/fs/bpf/old');
      makeMap(system, '/sys/fs/bpf/new', array);
    });
    machineOf('reused').read((kernel) => {
      const system = kernel.openProcess();
      const map = system.objGet('/sys/fs/bpf/new');
      for (let index = 0; index < 100_000; index += 1000) {
        expect(system.mapLookupElem(map, u32(index))).toEqual(u32(0));
      }
    });
  });

  test('drops what a reader changes', () => {
    const machine = machineOf('read');
    machine.write((kernel) => makeMap(kernel.openProcess(), '/sys/fs/bpf/a'));
    machine.read((kernel) => kernel.openProcess().unlink('/sys/fs/bpf/a'));
    expect(machine.read((kernel) => kernel.openProcess().objGet('/sys/fs/bpf/a'))).toBe(3);
  });

  test('that is not there yet can be read, and is not made by it', () => {
    const machine = machineOf('unborn');
    expect(machine.read((kernel) => idsOf(kernel.openProcess(), 'map'))).toEqual([]);
    expect(listMachines(host)).not.toContain('unborn');
  });

  test('keeps what was done before an EbpftsError, and nothing where our own code fails', () => {
    const machine = machineOf('errors');
    const failing = (error: Error, path: string) => () =>
      machine.write((kernel) => {
        makeMap(kernel.openProcess(), path);
        throw error;
      });
    expect(failing(new EbpftsError({ code: 'USER', message: 'a mistake of the user' }), '/sys/fs/bpf/kept')).toThrow(
      'user',
    );
    expect(failing(new TypeError('ours'), '/sys/fs/bpf/lost')).toThrow('ours');
    machine.read((kernel) => {
      expect(kernel.openProcess().readdir('/sys/fs/bpf')).toEqual([{ name: 'kept', type: 'map' }]);
    });
  });

  test('opened in steps is written at its close, and not when it is abandoned', async () => {
    const machine = machineOf('steps');
    const first = machine.open({ write: true });
    makeMap(first.kernel.openProcess(), '/sys/fs/bpf/closed');
    await first.close();
    const second = machine.open({ write: true });
    makeMap(second.kernel.openProcess(), '/sys/fs/bpf/abandoned');
    await second.abandon();
    const third = machine.open({ write: false });
    expect(third.kernel.openProcess().readdir('/sys/fs/bpf')).toEqual([{ name: 'closed', type: 'map' }]);
    await third.close();
  });

  test('goes on in time, also when the host goes back', () => {
    let now = 1_000_000_000_000_000n;
    const machine = openMachine({ host: { ...host, realtimeNs: () => now }, name: 'time', profile });
    const loadTime = () =>
      machine.write((kernel) => {
        const system = kernel.openProcess();
        const exit = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
        const info = system.objGetInfoByFd(system.progLoad({ progType: 1, insns: exit, license: 'GPL' }));
        return typeof info === 'object' && info.kind === 'prog' ? info.loadTime : -1n;
      });
    expect(loadTime()).toBe(0n);
    now += 5_000_000_000n;
    expect(loadTime()).toBe(5_000_000_000n);
    now -= 3_000_000_000n;
    expect(loadTime()).toBe(5_000_000_000n);
  });

  test('a writer of another process is not missed by a kernel that was read before', () => {
    const [one, other] = [machineOf('shared'), machineOf('shared')];
    one.write((kernel) => makeMap(kernel.openProcess(), '/sys/fs/bpf/a'));
    expect(other.read((kernel) => idsOf(kernel.openProcess(), 'map'))).toEqual([1]);
    one.write((kernel) => makeMap(kernel.openProcess(), '/sys/fs/bpf/b'));
    expect(other.read((kernel) => idsOf(kernel.openProcess(), 'map'))).toEqual([1, 2]);
  });
});

describe('a parked process', () => {
  const perfArray = { mapType: bpf_map_type.BPF_MAP_TYPE_PERF_EVENT_ARRAY, valueSize: 4, maxEntries: 2 };
  const SECOND = 1_000_000_000n;

  function park(machine: ReturnType<typeof machineOf>): number {
    return machine.write((kernel) => {
      const process = kernel.openProcess();
      const map = makeMap(process, '/sys/fs/bpf/events', perfArray);
      const event = process.perfEventOpen({ event: { type: 'bpf_output' }, cpu: 0 });
      const ring = process.mmap(event, 0, 2 * 4096, { write: true });
      if (typeof ring === 'number') expect.unreachable();
      ring.bytes()[4096] = 77;
      expect(process.mapUpdateElem(map, u32(0), u32(event))).toBe(0);
      return process.park(10n * SECOND);
    });
  }

  const slotOf = (machine: ReturnType<typeof machineOf>) =>
    machine.read((kernel) => {
      const system = kernel.openProcess();
      return system.mapLookupElem(system.objGet('/sys/fs/bpf/events'), u32(0));
    });

  test('keeps its fds, rings and places in arrays for the next call', () => {
    const machine = machineOf('parked');
    const id = park(machine);
    expect(machine.read((kernel) => idsOf(kernel.openProcess(), 'map'))).toEqual([1]);
    machine.write((kernel) => {
      const process = kernel.resumeProcess(id);
      expect(process?.objGetInfoByFd(3)).toMatchObject({ id: 1, name: 'saved' });
      const ring = process?.mmap(4, 0, 2 * 4096, { write: true });
      if (typeof ring !== 'object') expect.unreachable();
      expect(ring.bytes()[4096]).toBe(77);
      expect(kernel.resumeProcess(id)).toBeUndefined();
      expect(process?.park(SECOND)).toBe(2);
    });
  });

  test('ends when its time is over', () => {
    let now = 1_000_000_000_000_000n;
    const machine = openMachine({ host: { ...host, realtimeNs: () => now }, name: 'over', profile });
    const id = park(machine);
    now += 11n * SECOND;
    expect(machine.write((kernel) => kernel.resumeProcess(id))).toBeUndefined();
    expect(slotOf(machine)).toBeLessThan(0);
  });
});

describe('a large map', () => {
  test('is fetched page by page: listing and one update touch few of its pages', () => {
    const machine = machineOf('large');
    machine.write((kernel) => {
      const system = kernel.openProcess();
      const map = makeMap(system, '/sys/fs/bpf/large', {
        maxEntries: 200_000,
        mapType: bpf_map_type.BPF_MAP_TYPE_ARRAY,
        valueSize: 32,
      });
      for (let i = 0; i < 200_000; i += 100) system.mapUpdateElem(map, u32(i), new Uint8Array(32).fill(i & 255));
    });
    const loaded: number[] = [];
    const load = LmdbStore.prototype.loadPage;
    LmdbStore.prototype.loadPage = function (page, into) {
      loaded.push(page);
      load.call(this, page, into);
    };
    try {
      machine.write((kernel) => {
        const system = kernel.openProcess();
        const fd = system.objGetFdById('map', 1);
        expect(system.objGetInfoByFd(fd)).toMatchObject({ maxEntries: 200_000 });
        expect(system.mapUpdateElem(fd, u32(150_000), new Uint8Array(32))).toBe(0);
        expect(system.mapLookupElem(fd, u32(199_900))).toEqual(new Uint8Array(32).fill(199_900 & 255));
      });
    } finally {
      LmdbStore.prototype.loadPage = load;
    }
    expect(loaded.length).toBeLessThanOrEqual(4);
  });
});

describe('the profile', () => {
  test('is chosen when the machine is made, and kept', () => {
    machineOf('profile').write(() => {});
    const kept = openMachine({ host, name: 'profile' }).read((kernel) => kernel.profile);
    expect(kept).toMatchObject({ version: '6.12.3', cpus: 2, endian: 'little', pageSize: 4096 });
    expect(openMachine({ host, name: 'profile' }).read((kernel) => kernel.profile.btf())).toEqual(tinyKernelBtf());
  });

  test.each<[string, ProfileOptions, string]>([
    ['the same version, shorter', { version: '6.12' }, 'no error'],
    ['another version', { version: '6.1' }, 'MACHINE_OTHER_PROFILE'],
    ['another architecture', { arch: 's390x' }, 'MACHINE_OTHER_PROFILE'],
    ['more CPUs', { cpus: 64 }, 'MACHINE_OTHER_PROFILE'],
    ['no version', { version: 'six' }, 'MACHINE_BAD_VERSION'],
  ])('that is asked for later must agree: %s', (_name, wanted, code) => {
    machineOf('agree').write(() => {});
    expect(codeOf(() => machineOf('agree', wanted).read(() => {}))).toBe(code);
  });

  test.each<[string, ProfileOptions, string]>([
    ['a kernel that nothing is known of', { version: '5.3' }, 'MACHINE_NO_BTF'],
    ['one of another byte order', { version: '5.4', arch: 's390x' }, 'MACHINE_NO_BTF'],
    ['a file that is no BTF', { btf: { path: 'x', bytes: new Uint8Array(100) } }, 'MACHINE_BAD_BTF'],
  ])('cannot be %s', (_name, wanted, code) => {
    expect(codeOf(() => machineOf('impossible', wanted).write(() => {}))).toBe(code);
  });

  test('without a host that has BTF is the kernel whose BTF ships with the package', () => {
    const machine = openMachine({ host: { ...host, release: '' }, name: 'shipped' });
    expect(machine.read((kernel) => [kernel.profile.version, kernel.profile.arch])).toEqual(['6.12.117', 'x86_64']);
  });
});

test('a kernel of which there is no BTF shows none, before and after it is saved', () => {
  const wanted = { version: '5.10', arch: 'x86_64' };
  for (let i = 0; i < 2; i++) {
    machineOf('old', wanted).write((kernel) => {
      expect(kernel.profile).toMatchObject({ version: '5.10.0', arch: 'x86_64', endian: 'little' });
      expect([kernel.profile.btf(), (kernel.profile.structs?.()?.length ?? 0) > 1e6]).toEqual([undefined, true]);
    });
  }
});

describe('the file', () => {
  test('of a newer format is refused, with both versions', () => {
    machineOf('newer').write(() => {});
    const db = openDatabase(machinePath(host, 'newer'), { readOnly: false });
    db.transactionSync(() => new LmdbStore(db).put('format', 0, 99));
    expect(() => machineOf('newer').read(() => {})).toThrow(/its format is 99, this version knows 1/);
    expect(codeOf(() => machineOf('newer').write(() => {}))).toBe('MACHINE_NEWER');
  });

  test('that is something else, or cut off, is refused', () => {
    writeFileSync(machinePath(host, 'text'), 'not a machine\n'.repeat(1000));
    expect(codeOf(() => machineOf('text').read(() => {}))).toBe('MACHINE_NOT_ONE');
    machineOf('cut').write(() => {});
    writeFileSync(machinePath(host, 'half'), readFileSync(machinePath(host, 'cut')).subarray(0, 8192));
    expect(codeOf(() => machineOf('half').write(() => {}))).toBe('MACHINE_NOT_ONE');
  });

  test('is named, or given by path, or by the environment', () => {
    expect(machinePath(host)).toBe(join(folder, 'ebpfts', 'default.machine'));
    expect(machinePath(host, 'lab')).toBe(join(folder, 'ebpfts', 'lab.machine'));
    expect(machinePath(host, '/tmp/x')).toBe('/tmp/x');
    state.EBPFTS_MACHINE = 'env';
    expect(machinePath(host)).toBe(join(folder, 'ebpfts', 'env.machine'));
    state.EBPFTS_MACHINE = undefined;
    expect(codeOf(() => machinePath(host, 'a b'))).toBe('MACHINE_BAD_NAME');
    expect(codeOf(() => machinePath(host, '..'))).toBe('MACHINE_BAD_NAME');
  });

  test('is listed and deleted', () => {
    machineOf('gone').write(() => {});
    expect(listMachines(host)).toContain('gone');
    expect([deleteMachineFile(machinePath(host, 'gone')), deleteMachineFile(machinePath(host, 'gone'))]).toEqual([
      true,
      false,
    ]);
    expect(listMachines(host)).not.toContain('gone');
  });
});
