import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/base/index.ts';
import { type Btf, BtfBuilder, distillBase, parseBtf } from '../../src/btf/index.ts';
import { type CliResult, runCli } from '../support/cli.ts';

const VMLINUX = '/sys/kernel/btf/vmlinux';

function base(): Uint8Array {
  const builder = new BtfBuilder();
  builder.add({ kind: 'INT', name: 'int', size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false });
  return builder.encode();
}

/** A struct that both modules have and one of its own, which points to the other. */
function module(onto: Btf, name: string): Uint8Array {
  const builder = new BtfBuilder({ base: onto });
  const member = (type: number) => [{ name: 'm', type, bitOffset: 0, bitfieldSize: 0 }];
  const shared = builder.add({ kind: 'STRUCT', name: 'shared', size: 4, bitfields: false, members: member(1) });
  const pointer = builder.add({ kind: 'PTR', name: '', type: shared });
  builder.add({ kind: 'STRUCT', name, size: 8, bitfields: false, members: member(pointer) });
  return builder.encode();
}

/** A struct that is packed where pointers have 8 bytes. */
function withPointer(): Uint8Array {
  const builder = BtfBuilder.from(onto);
  builder.add({ kind: 'PTR', name: '', type: 1 });
  const members = [
    { name: 'p', type: 2, bitOffset: 0, bitfieldSize: 0 },
    { name: 'x', type: 1, bitOffset: 32, bitfieldSize: 0 },
  ];
  builder.add({ kind: 'STRUCT', name: 's', size: 8, bitfields: false, members });
  return builder.encode();
}

/** An ELF file of 32 bits with these sections. */
function elf32(sections: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const all: [string, Uint8Array][] = Object.entries({ ...sections, '.shstrtab': new Uint8Array() });
  const names = `\0${all.map(([name]) => name).join('\0')}\0`;
  all[all.length - 1][1] = encodeUtf8(names);
  const start = 52 + all.reduce((sum, [, data]) => sum + data.length, 0);
  const bytes = new Uint8Array(start + 40 * (all.length + 1));
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, value: number) => view.setUint16(at, value, true);
  const u32 = (at: number, value: number) => view.setUint32(at, value, true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  u16(16, 1);
  u32(20, 1);
  u32(32, start);
  u16(40, 52);
  u16(46, 40);
  u16(48, all.length + 1);
  u16(50, all.length);
  let offset = 52;
  for (const [i, [name, data]] of all.entries()) {
    const at = start + 40 * (i + 1);
    bytes.set(data, offset);
    u32(at, names.indexOf(`\0${name}\0`) + 1);
    u32(at + 4, i === all.length - 1 ? 3 : 1);
    u32(at + 16, offset);
    u32(at + 20, data.length);
    offset += data.length;
  }
  return bytes;
}

/** A struct that holds itself. */
function cycle(): Uint8Array {
  const builder = new BtfBuilder();
  const members = [{ name: 's', type: 1, bitOffset: 0, bitfieldSize: 0 }];
  builder.add({ kind: 'STRUCT', name: 's', size: 8, bitfields: false, members });
  return builder.encode();
}

const onto = parseBtf(base());

/** A module that brings its base along. */
function distilled(): Uint8Array {
  const parts = distillBase(parseBtf(module(onto, 'a'), { base: onto }));
  const encode = (btf: Btf) => BtfBuilder.from(btf).encode();
  return elf32({ '.BTF': encode(parts.btf), '.BTF.base': encode(parts.base) });
}

type Files = Readonly<Record<string, Uint8Array>>;

const files: Files = {
  'base.btf': base(),
  'a.btf': module(onto, 'a'),
  'b.btf': module(onto, 'b'),
  '/sys/kernel/btf/a': module(onto, 'a'),
  '/sys/kernel/btf/b': module(onto, 'b'),
  'small.o': elf32({ '.BTF': withPointer() }),
  'distilled.ko': distilled(),
  'cut.o': elf32({ '.BTF': base() }).subarray(0, 150),
  'no.o': elf32({ '.BTF': new Uint8Array() }),
  'cycle.btf': cycle(),
  'empty.btf': new BtfBuilder().encode(),
  empty: new Uint8Array(),
  byte: new Uint8Array(1),
  text: encodeUtf8('text'),
  short: base().subarray(0, 30),
};
const withSysfs = { ...files, [VMLINUX]: base() };

const run = (line: string, known: Files = withSysfs): Promise<CliResult> => runCli(line.split(' '), { files: known });

/** As bpftool 7.8 prints the two merged: one struct `shared`, and what is split goes on from the base. */
const MERGED = `[2] STRUCT 'shared' size=4 vlen=1
	'm' type_id=1 bits_offset=0
[3] PTR '(anon)' type_id=2
[4] STRUCT 'a' size=8 vlen=1
	'm' type_id=3 bits_offset=0
[5] STRUCT 'b' size=8 vlen=1
	'm' type_id=3 bits_offset=0
`;
const SKIPPING = `skipping ${VMLINUX} (will be loaded as base)\n`;
const NEED_BASE = 'Error: base BTF is required when merging multiple BTF files; use -B/--base-btf or use sysfs paths\n';

describe('several files', () => {
  test.for([
    ['on the base that is named', '-B base.btf btf dump file a.btf file b.btf', ''],
    ['one of them twice', '-B base.btf btf dump file a.btf fi b.btf fil a.btf', ''],
    ['of sysfs, on its vmlinux', 'btf dump file /sys/kernel/btf/a file /sys/kernel/btf/b', ''],
    ['one of them of sysfs', 'btf dump file a.btf file /sys/kernel/btf/b', ''],
    ['with the base among them', `btf dump file ${VMLINUX} file /sys/kernel/btf/a file b.btf`, SKIPPING],
  ] as const)('%s are one', async ([_name, line, stderr]) => {
    expect(await run(line)).toEqual({ stdout: MERGED, stderr, status: 0 });
  });

  test.for([
    ['without a base', 'btf dump file a.btf file b.btf', NEED_BASE, 234],
    ['whose base is none of a module', `btf dump file ${VMLINUX} file a.btf file b.btf`, SKIPPING + NEED_BASE, 234],
    [
      'one of them not there',
      '-B base.btf btf dump file a.btf file no-such-file',
      'Error: failed to load BTF from no-such-file: No such file or directory\n',
      254,
    ],
    [
      'too many of them',
      `-B base.btf btf dump${' file a.btf'.repeat(65)}`,
      'Error: too many BTF files (max 64)\n',
      249,
    ],
  ] as const)('%s are refused', async ([_name, line, stderr, status]) => {
    expect(await run(line)).toEqual({ stdout: '', stderr, status });
  });

  test('64 are not too many', async () => {
    expect((await run(`-B base.btf btf dump${' file a.btf'.repeat(64)} file ${VMLINUX}`)).status).toBe(0);
  });

  test('what is left is one file, with the base or without', async () => {
    const int = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n";
    expect(await run(`btf dump file ${VMLINUX}`)).toEqual({ stdout: int, stderr: '', status: 0 });
    expect(await run(`--bpftool 7.8 btf dump file ${VMLINUX}`)).toEqual({ stdout: int, stderr: SKIPPING, status: 0 });
    expect(await run(`-j btf dump file ${VMLINUX} file ${VMLINUX}`)).toMatchObject({ stderr: '', status: 0 });
    expect(await run(`btf dump file ${VMLINUX} file /sys/kernel/btf/a`)).toMatchObject({ stderr: SKIPPING, status: 0 });
  });
});

describe('a module of sysfs', () => {
  test('goes on from the vmlinux there', async () => {
    expect((await run('btf dump file /sys/kernel/btf/b format c')).stdout).toContain(
      'struct b {\n\tstruct shared *m;\n};',
    );
  });

  test('goes on from the base that is named', async () => {
    const { stdout, status } = await run('-B base.btf btf dump file /sys/kernel/btf/b', files);
    expect({ status, lines: stdout.split('\n').length }).toEqual({ status: 0, lines: 6 });
  });
});

test('the class of an ELF file says how long a pointer is', async () => {
  expect((await run('btf dump file small.o format c')).stdout).toContain('struct s {\n\tint *p;\n\tint x;\n};');
});

test.for([
  ['the one that it brings along', 'btf dump file distilled.ko'],
  ['another one', '-B empty.btf btf dump file distilled.ko root_id 0', 234],
  ['the one that is named', '-B base.btf btf dump file distilled.ko'],
] as const)('a module with a distilled base stands on %s', async ([_name, line, status = 0]) => {
  const { stdout } = await run('-B base.btf btf dump file a.btf');
  expect(await run(line)).toMatchObject({ stdout: status === 0 ? stdout : '', status });
});

/** Exit status as bpftool's: 95 is the low byte of libbpf's own -4001. */
describe('a file without sound BTF ends as in bpftool', () => {
  test.for([
    ['empty', 251],
    ['byte', 251],
    ['text', 95],
    ['short', 234],
    ['cut.o', 95],
    ['no.o', 234],
    ['/sys/kernel/btf/no-such-module', 254],
  ] as const)('%s: %i', async ([name, status]) => {
    expect((await run(`btf dump file ${name}`)).status).toBe(status);
  });
});

test('what C cannot say is refused in C alone', async () => {
  const error = 'Error: type [1] holds itself, which C cannot say\n';
  expect(await run('btf dump file cycle.btf format c unsorted')).toEqual({ stdout: '', stderr: error, status: 216 });
  expect((await run('btf dump file cycle.btf')).status).toBe(0);
});
