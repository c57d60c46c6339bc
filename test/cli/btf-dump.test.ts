import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/base/index.ts';
import { type Btf, BtfBuilder, parseBtf } from '../../src/btf/index.ts';
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

/** A file that says it is ELF of 32 bits and has nothing but a `.BTF` section. */
function elf32(blob: Uint8Array): Uint8Array {
  const names = encodeUtf8('\0.BTF\0.shstrtab\0');
  const bytes = new Uint8Array(52 + blob.length + names.length + 3 * 40);
  const view = new DataView(bytes.buffer);
  const headers = 52 + blob.length + names.length;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  bytes.set(blob, 52);
  bytes.set(names, 52 + blob.length);
  view.setUint16(16, 1, true);
  view.setUint32(20, 1, true);
  view.setUint32(32, headers, true);
  view.setUint16(40, 52, true);
  for (const [at, value] of [
    [46, 40],
    [48, 3],
    [50, 2],
  ])
    view.setUint16(at, value, true);
  const section = (index: number, fields: readonly [number, number, number, number]) => {
    for (const [i, at] of [0, 4, 16, 20].entries()) view.setUint32(headers + 40 * index + at, fields[i], true);
  };
  section(1, [1, 1, 52, blob.length]);
  section(2, [6, 3, 52 + blob.length, names.length]);
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
const files: Readonly<Record<string, Uint8Array>> = {
  'base.btf': base(),
  'a.btf': module(onto, 'a'),
  'b.btf': module(onto, 'b'),
  '/sys/kernel/btf/a': module(onto, 'a'),
  '/sys/kernel/btf/b': module(onto, 'b'),
  'small.o': elf32(withPointer()),
  'cut.o': elf32(base()).subarray(0, 150),
  'no.o': elf32(new Uint8Array()),
  'cycle.btf': cycle(),
  empty: new Uint8Array(),
  byte: new Uint8Array(1),
  text: encodeUtf8('text'),
  short: base().subarray(0, 30),
};
const withSysfs = { ...files, [VMLINUX]: base() };

const run = (line: string, known = withSysfs): Promise<CliResult> => runCli(line.split(' '), { files: known });

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
