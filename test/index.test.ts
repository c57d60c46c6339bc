import { describe, expect, it } from 'vitest';
import {
  createKernel,
  defaultConfig,
  EbpftsError,
  ElfError,
  loadObject,
  ObjectError,
  openObject,
  ProgramLoadError,
  parseBtf,
  ReloError,
  relocateObject,
} from '../src/index.ts';
import { sampleObject, shippedKernelBtf } from './support/samples.ts';

const btf = shippedKernelBtf();
const kernel = createKernel({
  profile: {
    version: '6.12.117',
    arch: 'x86_64',
    endian: 'little',
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: defaultConfig(),
  },
});
const open = (name: string) => openObject(sampleObject(`clang-19/el/${name}.bpf.o`), { name });

describe('the package alone', () => {
  it('opens an object, loads it into a kernel and runs it', () => {
    const system = kernel.openProcess();
    const loaded = loadObject(system, open('xdp_drop'));
    expect(loaded.programs[0].testRun({ dataIn: new Uint8Array(64) }).retval).toBe(1);
    system.exit();
  });

  it('relocates an object against a BTF, without a kernel', () => {
    const { programs, reports } = relocateObject(open('core_reads'), { target: parseBtf(btf), lenient: true });
    expect(programs.length).toBeGreaterThan(0);
    expect(reports.length).toBeGreaterThan(0);
  });

  const refusals: [what: string, kind: new (...args: never[]) => EbpftsError, act: () => unknown][] = [
    ['no ELF file', ElfError, () => openObject(new Uint8Array(64), { name: 'x' })],
    ['an ELF file without a BPF object', ObjectError, () => openObject(stripped(), { name: 'x' })],
    [
      'a kernel symbol that the target has not',
      ReloError,
      () => relocateObject(open('kconfig_ksyms'), { target: undefined }),
    ],
    ['a program that the kernel refuses', ProgramLoadError, () => loadRefused()],
  ];
  for (const [what, kind, act] of refusals) {
    it(`says ${kind.name} of ${what}`, () => {
      expect(act).toThrow(kind);
      expect(act).toThrow(EbpftsError);
    });
  }
});

/** A sample whose symbol table passes as something else. */
function stripped(): Uint8Array {
  const bytes = Uint8Array.from(sampleObject('clang-19/el/xdp_drop.bpf.o'));
  const view = new DataView(bytes.buffer);
  const table = Number(view.getBigUint64(40, true));
  for (let i = 0; i < view.getUint16(60, true); i++) {
    if (view.getUint32(table + 64 * i + 4, true) === 2) view.setUint32(table + 64 * i + 4, 0x6fff_0000, true);
  }
  return bytes;
}

/** Its first instruction becomes one that there is not. */
function loadRefused(): void {
  const object = open('xdp_drop');
  object.programs[0].insns.bytes[0] = 0xff;
  loadObject(kernel.openProcess(), object);
}
