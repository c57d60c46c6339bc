import { describe, expect, it } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import type { Btf } from '../../src/btf/index.ts';
import { parseBtf } from '../../src/btf/index.ts';
import type { BpfObject } from '../../src/object/index.ts';
import { openObject } from '../../src/object/index.ts';
import type { RelocateOptions } from '../../src/relo/index.ts';
import { ReloError, relocateObject } from '../../src/relo/index.ts';
import type { ElfInput, ElfInputSymbol } from '../support/elf.ts';
import { buildElf } from '../support/elf.ts';
import { sampleObject, shippedKernelBtf } from '../support/samples.ts';

const target: Btf = parseBtf(shippedKernelBtf());
const options: RelocateOptions = {
  target,
  kernelVersion: 0x60c00,
  kernelConfig: () => 'CONFIG_HZ=250\nCONFIG_BPF_SYSCALL=y\nCONFIG_IPV6=m\n',
  kallsyms: (name) => (name === 'do_unlinkat' ? 0xffff_ffff_8123_4560n : undefined),
};
const open = (sample: string): BpfObject => openObject(sampleObject(`clang-19/el/${sample}.bpf.o`), { name: sample });

const EXIT = [0x95, 0, 0, 0, 0, 0, 0, 0];
const call = (imm: number): number[] => [0x85, 0x10, 0, 0, ...new Uint8Array(Int32Array.of(imm).buffer)];
const code = (name: string, ...insns: number[][]) => ({ name, type: 1, flags: 6, data: Uint8Array.from(insns.flat()) });
const fn = (name: string, section: number, value: number, size: number, bind = 1): ElfInputSymbol => {
  return { name, value, size, bind, type: 2, visibility: 0, section };
};
const openElf = (input: ElfInput): BpfObject => openObject(buildElf(input), { name: 'test' });

describe('relocateObject', () => {
  it('appends subprograms where the first call to them is met, each once', () => {
    // .text: a (calls c), b (calls a), c; the program calls b, then c.
    const object = openElf({
      sections: [code('.text', call(3), EXIT, call(-3), EXIT, EXIT), code('xdp', call(-1), call(-1), EXIT)],
      symbols: [fn('a', 1, 0, 16, 0), fn('b', 1, 16, 16), fn('c', 1, 32, 8), fn('p', 2, 0, 24)],
      relocations: [
        { target: 2, offset: 0, type: 10, symbol: 2 },
        { target: 2, offset: 8, type: 10, symbol: 3 },
      ],
    });
    const [program] = relocateObject(object, { target: undefined }).programs;
    expect(program.functions).toEqual([
      { name: 'p', start: 0, length: 3 },
      { name: 'b', start: 3, length: 2 },
      { name: 'a', start: 5, length: 2 },
      { name: 'c', start: 7, length: 1 },
    ]);
    const imms = [0, 1, 3, 5].map((slot) => slot + 1 + program.insns.imm(slot));
    expect(imms).toEqual([3, 7, 5, 7]);
  });

  it('refuses a call to code that no function holds', () => {
    const object = openElf({ sections: [code('xdp', call(7), EXIT)], symbols: [fn('p', 1, 0, 16)] });
    expect(() => relocateObject(object, { target: undefined })).toThrow("prog 'p': insn #0: no .text section found");
  });

  it('cannot tell what a struct_ops program is that no map refers to', () => {
    const object = openElf({ sections: [code('struct_ops/foo', EXIT)], symbols: [fn('foo', 1, 0, 8)] });
    const [{ attach }] = relocateObject(object, { target: undefined }).programs;
    const problem = 'SEC("struct_ops/foo") program isn\'t referenced anywhere, did you forget to use it?';
    expect(attach).toEqual({ problem });
  });

  it('poisons what refers to a map that is not created', () => {
    const object = open('globals');
    for (const map of object.maps) map.autocreate = map.origin !== 'bss';
    const { programs, reports } = relocateObject(object, options);
    const bss = object.maps.find(({ origin }) => origin === 'bss');
    const imms = Array.from({ length: programs[0].insns.length }, (_, i) => programs[0].insns.get(i))
      .filter((insn) => insn.code === 0x85 && insn.imm >= 2_001_000_000)
      .map(({ imm }) => imm - 2_001_000_000);
    expect(imms.length).toBeGreaterThan(0);
    expect(new Set(imms)).toEqual(new Set([bss?.index]));
    expect(reports.filter(({ outcome }) => outcome === 'poisoned').length * 2).toBe(imms.length);
  });

  it('resolves kfuncs, and poisons the call of a weak one that the kernel lacks', () => {
    const object = open('kfunc_task');
    const { reports } = relocateObject(object, options);
    const outcomes = new Map(
      reports
        .filter(({ kind }) => kind === 'kfunc' || kind === 'ksym')
        .map((r) => [`${r.subject} ${r.kind}`, r.outcome]),
    );
    expect(outcomes.get('bpf_task_from_pid kfunc')).toBe('resolved');
    expect(outcomes.get('bpf_no_such_kfunc ksym')).toBe('zero');
    expect(outcomes.get('bpf_no_such_kfunc kfunc')).toBe('poisoned');
  });

  it('gives the values and addresses that the kernel has', () => {
    const object = open('kconfig_ksyms');
    const relocated = relocateObject(object, options);
    const value = relocated.kconfig?.value ?? new Uint8Array();
    const read = (name: string) => {
      const extern = object.externs.find((candidate) => candidate.name === name);
      if (extern?.kind !== 'kconfig') return undefined;
      return [...value.subarray(extern.offset, extern.offset + extern.size)];
    };
    expect(read('LINUX_KERNEL_VERSION')).toEqual([0x00, 0x0c, 0x06, 0]);
    expect(read('CONFIG_HZ')).toEqual([250, 0, 0, 0, 0, 0, 0, 0]);
    expect(read('CONFIG_IPV6')).toEqual([2, 0, 0, 0]);
    expect(read('CONFIG_NO_SUCH_OPTION')).toEqual([0, 0, 0, 0]);
    const details = relocated.reports
      .filter(({ kind }) => kind === 'ksym')
      .map(({ subject, detail }) => `${subject} ${detail}`);
    expect(details).toContain('do_unlinkat 0xffffffff81234560');
    expect(details).toContain('no_such_symbol weak, and not in the kernel');
  });

  it('prefers the kconfig lines of the caller to those of the kernel', () => {
    const object = open('kconfig_ksyms');
    const { kconfig } = relocateObject(object, { ...options, kconfig: 'CONFIG_HZ=1000' });
    const hz = object.externs.find(({ name }) => name === 'CONFIG_HZ');
    expect(hz?.kind === 'kconfig' && kconfig?.value[hz.offset]).toBe(1000 & 0xff);
  });

  const unresolved: [string, Partial<RelocateOptions>, string][] = [
    [
      'a strong kernel symbol without an address',
      { kallsyms: () => undefined },
      "extern 'do_unlinkat' (strong): not resolved",
    ],
    [
      'a strong option that is not set',
      { kernelConfig: () => 'CONFIG_HZ=1\n' },
      "extern 'CONFIG_BPF_SYSCALL' (strong)",
    ],
    ['an unknown configuration', { kernelConfig: undefined }, 'the configuration of the target kernel is not known'],
    ['an unknown kernel version', { kernelVersion: undefined }, "'LINUX_KERNEL_VERSION': unrecognized virtual extern"],
  ];
  for (const [what, change, message] of unresolved) {
    it(`refuses ${what}, or reports it where that is asked for`, () => {
      const object = open('kconfig_ksyms');
      expect(() => relocateObject(object, { ...options, ...change })).toThrow(ReloError);
      expect(() => relocateObject(object, { ...options, ...change })).toThrow(message);
      const { reports } = relocateObject(object, { ...options, ...change, lenient: true });
      const failed = reports.filter(({ outcome }) => outcome === 'failed').map(({ detail }) => detail);
      expect(failed.join('\n')).toContain(message);
    });
  }

  it('lays a struct_ops map out as the kernel has it, and types its programs by their member', () => {
    const object = open('struct_ops_tcp_cc');
    const { structOps, programs } = relocateObject(object, options);
    const struct = target.findByName('tcp_congestion_ops', 'STRUCT');
    const value = target.findByName('bpf_struct_ops_tcp_congestion_ops', 'STRUCT');
    expect(structOps).toHaveLength(1);
    expect(structOps[0]).toMatchObject({ valueTypeId: value?.id, module: undefined });
    expect(structOps[0].value.length).toBe(value?.size);
    const data = value?.members.find(({ name }) => name === 'data');
    for (const { spec, expectedAttachType, attach } of programs) {
      const member = struct?.members[expectedAttachType];
      expect(spec.name).toBe(`patient_${member?.name}`);
      expect(attach).toEqual({ btfId: struct?.id, module: undefined });
      const slot = structOps[0].programs.find(({ program }) => program === spec);
      expect(slot?.offset).toBe(((data?.bitOffset ?? 0) + (member?.bitOffset ?? 0)) / 8);
    }
    expect(new TextDecoder().decode(structOps[0].value)).toContain('bpf_patient');
  });

  it('does not load programs of struct_ops maps that are not created', () => {
    const object = open('struct_ops_tcp_cc');
    for (const map of object.maps) map.autocreate = false;
    expect(relocateObject(object, options).programs).toEqual([]);
  });

  const targets: [string, string, string][] = [
    ['fentry_unlink', 'FUNC', 'do_unlinkat'],
    ['tp_btf_sched_switch', 'TYPEDEF', 'btf_trace_sched_switch'],
    ['lsm_socket_bind', 'FUNC', 'bpf_lsm_socket_bind'],
    ['iter_task', 'FUNC', 'bpf_iter_task'],
  ];
  for (const [sample, kind, name] of targets) {
    it(`attaches ${sample} to ${kind} ${name}`, () => {
      const [program] = relocateObject(open(sample), options).programs;
      const attach = program.attach && 'btfId' in program.attach ? program.attach : undefined;
      expect(target.typeById(attach?.btfId ?? 0)).toMatchObject({ kind, name });
    });
  }

  it('says which attach target the kernel does not have', () => {
    const object = open('fentry_unlink');
    object.programs[0].attachTarget = 'do_unlinkta';
    const [{ attach }] = relocateObject(object, options).programs;
    expect(attach).toMatchObject({ problem: "failed to find kernel BTF type ID of 'do_unlinkta'" });
    expect(attach && 'problem' in attach && attach.nearest?.()).toContain('do_unlinkat');
  });

  it('names what is nearest to a kfunc that the kernel does not have', () => {
    const bytes = Uint8Array.from(sampleObject('clang-19/el/kfunc_task.bpf.o'));
    const name = new TextEncoder().encode('bpf_task_release\0');
    for (let at = 0; at < bytes.length; at++) {
      if (name.every((byte, i) => bytes[at + i] === byte)) bytes.set(new TextEncoder().encode('bpf_task_releese'), at);
    }
    const object = openObject(bytes, { name: 'misspelt' });
    expect(() => relocateObject(object, options)).toThrow(
      /bpf_task_releese.*not found.*nearest there: bpf_task_release/s,
    );
  });

  it('names the source line of a CO-RE relocation that does not fit its instruction', () => {
    const bytes = Uint8Array.from(sampleObject('clang-19/el/core_reads.bpf.o'));
    const object = openObject(bytes, { name: 'core_reads' });
    const { reports } = relocateObject(object, options);
    const report = reports.find(({ core }) => core?.kind === 'byte_off' && core.outcome === 'resolved');
    const insn = report?.insn ?? 0;
    report?.function?.insns.setOff(insn, 0x7001);
    report?.function?.insns.setImm(insn, 0x7001);
    expect(() => relocateObject(object, options)).toThrow(/core_reads\.bpf\.c:\d+: /);
  });

  it('leaves the object as it was', () => {
    const object = open('subprograms');
    const before = [...object.programs, ...object.subprograms].map(({ insns }) => insns.bytes.slice());
    relocateObject(object, options);
    relocateObject(object, options);
    expect([...object.programs, ...object.subprograms].map(({ insns }) => insns.bytes.slice())).toEqual(before);
  });

  it('needs the kernel BTF only for what is in it', () => {
    expect(relocateObject(open('xdp_drop'), { target: undefined }).programs).toHaveLength(1);
    expect(() => relocateObject(open('core_reads'), { target: undefined })).toThrow(
      'needs the BTF of the target kernel',
    );
  });

  it('refuses a hostile object whose functions overlap before it fills the memory', () => {
    const text = code('.text', ...Array.from({ length: 20_000 }, () => EXIT));
    const symbols = Array.from({ length: 2_000 }, (_, i) => fn(`s${i}`, 1, 8 * i, 8 * (20_000 - i)));
    const calls = Array.from({ length: 2_000 }, () => call(-1));
    const object = openElf({
      sections: [text, code('xdp', ...calls, EXIT)],
      symbols: [...symbols, fn('p', 2, 0, 8 * 2_001)],
      relocations: calls.map((_, i) => ({ target: 2, offset: 8 * i, type: 10, symbol: i + 1 })),
    });
    // Once only: it takes its time.
    let refusal: unknown;
    try {
      relocateObject(object, { target: undefined });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(EbpftsError);
    expect(String(refusal)).toContain('linking copies more than');
  });
});
