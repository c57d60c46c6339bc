import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BtfBuilder } from '../../../src/btf/index.ts';
import { createKernel } from '../../../src/kernel/index.ts';
import { errnoName, type System } from '../../../src/syscall/index.ts';
import { tinyProfile } from '../../support/tiny-kernel.ts';

interface Call {
  readonly op: 'pin' | 'get' | 'mkdir' | 'rmdir' | 'unlink' | 'rename' | 'readdir';
  readonly args: readonly string[];
  readonly result: string;
}

const { calls } = JSON.parse(readFileSync('test/data/kernel/bpffs.json', 'utf8')) as { calls: Call[] };

const EXIT = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

function openFds(system: System): Record<string, number> {
  const btf = new BtfBuilder();
  btf.add({ kind: 'FLOAT', name: 'double', size: 8 });
  return {
    map: system.mapCreate({ mapType: 2, keySize: 4, valueSize: 4, maxEntries: 1 }),
    prog: system.progLoad({ progType: 1, insns: EXIT, license: 'GPL' }),
    btf: system.btfLoad({ btf: btf.encode() }),
    closed: 999,
  };
}

function make(system: System, { op, args }: Call, fds: Record<string, number>): string {
  const answer = () => {
    switch (op) {
      case 'pin':
        return system.objPin(fds[args[0]], args[1]);
      case 'rename':
        return system.rename(args[0], args[1]);
      case 'get':
        return system.objGet(args[0]);
      default:
        return system[op](args[0]);
    }
  };
  const result = answer();
  return typeof result === 'number' && result < 0 ? errnoName(result) : 'OK';
}

test(`${calls.length} calls, one after the other, get the answers that Linux 6.18 gave`, () => {
  const system = createKernel({ profile: tinyProfile() }).openProcess();
  const fds = openFds(system);
  const short = (path: string) => (path.length > 40 ? `${path.slice(0, 20)}… (${path.length})` : path);
  const line = (call: Call, result: string) => `${call.op} ${call.args.map(short).join(' ')}: ${result}`;
  expect(calls.map((call) => line(call, make(system, call, fds)))).toEqual(
    calls.map((call) => line(call, call.result)),
  );
});

test('a pin keeps its object alive, and so does a name that was renamed', () => {
  const system = createKernel({ profile: tinyProfile() }).openProcess();
  const { map } = openFds(system);
  system.objPin(map, '/sys/fs/bpf/a');
  system.close(map);
  system.rename('/sys/fs/bpf/a', '/sys/fs/bpf/b');
  expect(system.objGetNextId('map', 0)).toBe(1);
  expect(system.readdir('/sys/fs/bpf')).toEqual([{ name: 'b', type: 'map' }]);
  system.unlink('/sys/fs/bpf/b');
  expect(errnoName(system.objGetNextId('map', 0))).toBe('ENOENT');
});
