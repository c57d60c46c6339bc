import { describe, expect, it } from 'vitest';
import { ElfError } from '../../src/elf/index.ts';
import { ObjectError, openObject } from '../../src/object/index.ts';
import { bpf_prog_type } from '../../src/uapi/index.ts';
import type { ElfInput, ElfInputSymbol } from '../support/elf.ts';
import { buildElf } from '../support/elf.ts';

const EXIT = [0x95, 0, 0, 0, 0, 0, 0, 0];
const LDIMM64 = [0x18, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const CALL = [0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff];

const code = (name: string, ...insns: number[][]) => ({
  name,
  type: 1,
  flags: 6,
  addralign: 8,
  data: Uint8Array.from(insns.flat()),
});
const fn = (name: string, section: number, value: number, size: number, bind = 1): ElfInputSymbol => ({
  name,
  value,
  size,
  bind,
  type: 2,
  visibility: 0,
  section,
});
const open = (input: ElfInput) => openObject(buildElf(input), { name: 'test.bpf.o' });
const data = (name: string, bytes: number[], type = 1) => ({ name, type, flags: 3, data: Uint8Array.from(bytes) });

describe('openObject', () => {
  it('finds programs by section and position, subprograms apart, sections that ask for no load', () => {
    const object = open({
      sections: [code('.text', EXIT, EXIT), code('xdp', EXIT, EXIT), code('?kprobe.multi/tcp_*', EXIT)],
      symbols: [fn('second', 2, 8, 8), fn('first', 2, 0, 8), fn('multi', 3, 0, 8), fn('sub', 1, 8, 8, 0)],
    });
    expect(object.programs.map(({ name, section, autoload }) => [name, section, autoload])).toEqual([
      ['first', 'xdp', true],
      ['second', 'xdp', true],
      ['multi', 'kprobe.multi/tcp_*', false],
    ]);
    expect(object.programs[2]).toMatchObject({ progType: bpf_prog_type.BPF_PROG_TYPE_KPROBE, attachTarget: 'tcp_*' });
    expect(object.subprograms.map(({ name, sectionOffset }) => [name, sectionOffset])).toEqual([['sub', 1]]);
  });

  it('opens a program of a section that no one knows, without a type', () => {
    const object = open({ sections: [code('mine', EXIT)], symbols: [fn('prog', 1, 0, 8)] });
    expect(object.programs[0]).toMatchObject({ sec: undefined, progType: 0 });
  });

  it('reads license and version, and makes maps of data sections', () => {
    const object = open({
      sections: [
        data('license', [71, 80, 76, 0]),
        data('version', [1, 2, 3, 0]),
        data('.rodata.tables', [1, 2]),
        { name: '.bss', type: 8, flags: 3, size: 100 },
        data('.data.empty', []),
      ],
      symbols: [fn('none', 0, 0, 0)],
    });
    expect(object).toMatchObject({ name: 'test', license: 'GPL', kernVersion: 0x030201 });
    expect(object.maps.map(({ name, kernelName, valueSize, flags }) => [name, kernelName, valueSize, flags])).toEqual([
      ['.rodata.tables', '.rodata.tables', 2, 0x80],
      ['test.bss', 'test.bss', 100, 0],
    ]);
    expect(object.maps[0].initialData).toEqual(Uint8Array.of(1, 2));
    expect(object.maps[1].initialData).toEqual(new Uint8Array(100));
  });

  it('says what instructions refer to', () => {
    const object = open({
      sections: [code('.text', EXIT), code('xdp', LDIMM64, CALL, EXIT), data('.data', [0, 0, 0, 0, 0, 0, 0, 0])],
      symbols: [
        fn('prog', 2, 0, 32),
        fn('sub', 1, 0, 8),
        { name: 'variable', value: 4, size: 4, bind: 1, type: 1, visibility: 0, section: 3 },
      ],
      relocations: [
        { target: 2, offset: 16, type: 10, symbol: 2 },
        { target: 2, offset: 0, type: 1, symbol: 3 },
      ],
    });
    const [data0, call] = object.programs[0].relocations;
    expect(data0).toMatchObject({ kind: 'data', insn: 0, symbol: 'variable', offset: 4 });
    expect(data0.kind === 'data' && data0.map.name).toBe('test.data');
    expect(call).toMatchObject({ kind: 'call', insn: 2, symbol: 'sub', offset: 0 });
  });

  const refused: [string, ElfInput, string, string][] = [
    [
      'a static program',
      { sections: [code('xdp', EXIT)], symbols: [fn('p', 1, 0, 8, 0)] },
      'OBJECT_STATIC_PROGRAM',
      "program 'p' is static",
    ],
    [
      'a program that leaves its section',
      { sections: [code('xdp', EXIT)], symbols: [fn('p', 1, 0, 16)] },
      'OBJECT_PROGRAM',
      'crosses section boundary',
    ],
    [
      'a program of no whole instructions',
      { sections: [code('xdp', EXIT)], symbols: [fn('p', 1, 0, 4)] },
      'OBJECT_PROGRAM',
      'corrupted program',
    ],
    ['an empty license', { sections: [data('license', [])] }, 'OBJECT_SECTION', 'invalid license'],
    [
      'a version of two bytes',
      { sections: [data('version', [1, 2])] },
      'OBJECT_SECTION',
      'invalid kver section: 2 bytes',
    ],
    ['map definitions without BTF', { sections: [data('.maps', [0, 0, 0, 0])] }, 'OBJECT_BTF', 'BTF is required'],
    [
      'an extern without BTF',
      { sections: [code('xdp', EXIT)], symbols: [{ ...fn('x', 0, 0, 0), type: 0 }] },
      'OBJECT_EXTERN',
      'failed to find BTF',
    ],
    [
      'a relocated instruction that is neither call nor load',
      {
        sections: [code('xdp', EXIT), data('.data', [0])],
        symbols: [fn('p', 1, 0, 8), fn('d', 2, 0, 1)],
        relocations: [{ target: 1, offset: 0, type: 1, symbol: 2 }],
      },
      'OBJECT_RELOCATION',
      "invalid relo against 'd' for insns[0].code 0x95",
    ],
    [
      'a call into a section that is not .text',
      {
        sections: [code('xdp', CALL, EXIT), code('tc', EXIT)],
        symbols: [fn('p', 1, 0, 16), fn('q', 2, 0, 8)],
        relocations: [{ target: 1, offset: 0, type: 10, symbol: 2 }],
      },
      'OBJECT_RELOCATION',
      "bad call relo against 'q' in section 'tc'",
    ],
    [
      'a load of a symbol that has no home',
      {
        sections: [code('xdp', LDIMM64, EXIT)],
        symbols: [fn('p', 1, 0, 24), { ...fn('x', 0, 0, 0), type: 1 }],
        relocations: [{ target: 1, offset: 0, type: 1, symbol: 2 }],
      },
      'OBJECT_RELOCATION',
      'forgot to initialize global var',
    ],
    [
      'a relocation of a symbol that is not there',
      {
        sections: [code('xdp', EXIT)],
        symbols: [fn('p', 1, 0, 8)],
        relocations: [{ target: 1, offset: 0, type: 1, symbol: 9 }],
      },
      'OBJECT_RELOCATION',
      'symbol #9 not found',
    ],
  ];
  for (const [what, input, errorCode, message] of refused) {
    it(`refuses ${what}`, () => {
      const attempt = () => open(input);
      expect(attempt).toThrow(ObjectError);
      expect(attempt).toThrow(message);
      expect(attempt).toThrow(expect.objectContaining({ code: errorCode }));
    });
  }

  it('refuses what is no BPF object file', () => {
    expect(() => openObject(new TextEncoder().encode('int main;'), { name: 'x' })).toThrow(ElfError);
  });
});
