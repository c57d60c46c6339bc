import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeUtf8, toHex } from '../../../src/base/index.ts';
import { BtfBuilder, type NewBtfType, parseBtf } from '../../../src/btf/index.ts';
import {
  addObjectNeeds,
  addSourceNeeds,
  emptyCNames,
  emptyNeeds,
  generateVmlinuxHeader,
  scanC,
} from '../../../src/gen/index.ts';
import { openObject } from '../../../src/object/index.ts';
import { relocateObject } from '../../../src/relo/index.ts';
import { sampleObject, shippedKernelBtf } from '../../support/samples.ts';

const kernel = parseBtf(shippedKernelBtf());
const samples = new URL('../../../samples/', import.meta.url).pathname;

function headerFor(...sources: readonly string[]): string {
  const needs = emptyNeeds();
  for (const source of sources) {
    const names = emptyCNames();
    scanC(source, names);
    addSourceNeeds(needs, names);
  }
  return decodeUtf8(generateVmlinuxHeader(kernel, needs));
}

describe('scanC', () => {
  const rows: [name: string, text: string, identifiers: string[], tags: string[]][] = [
    ['names of both kinds', 'struct a *b; enum c d;', ['struct', 'a', 'b', 'enum', 'c', 'd'], ['a', 'c']],
    ['nothing in comments', '/* x */ // y\nz', ['z'], []],
    ['nothing in strings', `"x \\" y" 'z' w`, ['w'], []],
    ['nothing in numbers', '0x1f 1e3f 12ull', [], []],
    ['a comment that does not end', 'a /* b', ['a'], []],
    ["nothing in what is the kernel's alone", '#ifdef __KERNEL__\na\n#else\nb\n#endif\nc', ['b', 'c'], []],
    ['both branches of another condition', '#if X > 1\na\n#else\nb\n#endif', ['a', 'b'], []],
    ['a name behind a line that goes on', 'struct \\\n a;', ['struct', 'a'], ['a']],
  ];
  for (const [name, text, identifiers, tags] of rows) {
    it(`finds ${name}`, () => {
      const names = emptyCNames();
      scanC(text, names);
      expect([...names.identifiers]).toEqual(identifiers);
      expect([...names.tags]).toEqual(tags);
    });
  }

  it('finds included files, and macros that make tags', () => {
    const names = emptyCNames();
    scanC(
      '#include <bpf/bpf_helpers.h>\n # include "mine.h"\n#define S(x, y) struct y x\nbpf_for_each(task, p)',
      names,
    );
    expect([...names.includes]).toEqual(['bpf/bpf_helpers.h']);
    expect([...names.quotedIncludes]).toEqual(['mine.h']);
    expect([...names.iterators]).toEqual(['task']);
    expect(names.tagsByMacro).toBe(true);
  });

  it('takes time that grows with the text', () => {
    const text = '/*"\'#define f('.repeat(100_000);
    const start = performance.now();
    scanC(text, emptyCNames());
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('generateVmlinuxHeader', () => {
  it('defines what is named, what that holds, and no more', () => {
    const text = headerFor('struct xdp_md *ctx; return XDP_PASS;');
    expect(text).toContain('struct xdp_md {');
    expect(text).toContain('enum xdp_action {');
    expect(text).not.toContain('struct task_struct');
    expect(text.length).toBeLessThan(1500);
  });

  it('leaves out what the source defines itself', () => {
    const text = headerFor('struct file { int own; }; struct file *f; struct inode *i;');
    expect(text).not.toContain('struct file {');
    expect(text).toContain('struct inode {');
  });

  it('defines what members lead to that the source goes through', () => {
    const named = headerFor('struct file *f;');
    const walked = headerFor('struct file *f; x = f->f_inode->i_ino;');
    expect(named).not.toContain('struct inode {');
    expect(walked).toContain('struct inode {');
  });

  it('gives the same bytes whatever the order of the sources', () => {
    const sources = ['struct sock *a;', 'struct file *b;', 'BPF_ANY; bool c;', 'struct dentry d;'];
    expect(headerFor(...sources.toReversed())).toBe(headerFor(...sources));
  });

  it('prints the prototypes of the kfuncs that are called, behind names of what they point to', () => {
    const types: NewBtfType[] = [
      { kind: 'STRUCT', name: 'thing', size: 0, bitfields: false, members: [] },
      { kind: 'PTR', name: '', type: 1 },
      { kind: 'FUNC_PROTO', name: '', returnType: 0, params: [{ name: 't', type: 2 }] },
      { kind: 'FUNC', name: 'use_thing', type: 3, linkage: 'static' },
      { kind: 'FUNC', name: 'other', type: 3, linkage: 'static' },
      { kind: 'DECL_TAG', name: 'bpf_kfunc', type: 4, componentIndex: -1, attribute: false },
      { kind: 'DECL_TAG', name: 'bpf_kfunc', type: 5, componentIndex: -1, attribute: false },
    ];
    const builder = new BtfBuilder();
    for (const type of types) builder.add(type);
    const needs = emptyNeeds();
    needs.identifiers.add('use_thing');
    const text = decodeUtf8(generateVmlinuxHeader(parseBtf(builder.encode()), needs));
    expect(text).toContain('struct thing;\n');
    expect(text).toContain('extern void use_thing(struct thing *t) __weak __ksym;\n');
    expect(text).not.toContain('other');
  });

  it('defines the constants of an enum that has no name where they stand', () => {
    expect(headerFor('BPF_F_CURRENT_CPU')).toContain('BPF_F_CURRENT_CPU = 4294967295ULL');
  });

  it('defines what an object asks the kernel about', () => {
    const needs = emptyNeeds();
    addObjectNeeds(needs, openObject(sampleObject('clang-19/el/kprobe_unlink.bpf.o'), { name: 'x' }), kernel);
    const text = decodeUtf8(generateVmlinuxHeader(kernel, needs));
    expect(text).toContain('struct filename {');
    expect(text).toContain('struct pt_regs {');
    expect(text).not.toContain('struct task_struct {');
  });
});

/** The compiler of the committed objects. */
const CLANG = 'clang-19';
const hasClang = spawnSync(CLANG, ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'ebpfts-vmlinux-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Programs on the kernel that ships: instructions, and which map each reference means. */
function programsOf(bytes: Uint8Array): string[] {
  const object = openObject(bytes, { name: 'sample' });
  const { programs } = relocateObject(object, { target: kernel, lenient: true, kernelVersion: 1, kallsyms: () => 5n });
  return programs.map(({ spec, insns, mapRefs }) => {
    return `${spec.name} ${toHex(insns.bytes)} ${mapRefs.map(({ insn, map, offset }) => `${insn}:${map.name}+${offset}`)}`;
  });
}

function compile(source: string): Uint8Array {
  const place = join(folder, source);
  mkdirSync(place);
  // Constants that no BTF has stand in a header of their own, which follows.
  writeFileSync(
    join(place, 'vmlinux.h'),
    `${headerFor(readFileSync(join(samples, source), 'utf8'))}#include "constants.h"\n`,
  );
  const system = ['-idirafter', '/usr/include', '-idirafter', '/usr/include/x86_64-linux-gnu'];
  const include = [`-I${place}`, `-I${join(samples, 'include')}`, ...system];
  const output = join(place, 'out.o');
  const args = [
    '--target=bpfel',
    '-mcpu=v3',
    '-g',
    '-O2',
    ...include,
    '-D__TARGET_ARCH_x86',
    '-c',
    source,
    '-o',
    output,
  ];
  const { status, stderr } = spawnSync(CLANG, args, { cwd: samples, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return readFileSync(output);
}

describe.runIf(hasClang && process.arch === 'x64')('a header made for a sample', () => {
  const sources = readdirSync(samples).filter((name) => name.endsWith('.bpf.c'));
  it.each(sources)('compiles %s to the programs that the committed object has', { timeout: 30_000 }, (source) => {
    const committed = sampleObject(`clang-19/el/${source.replace('.c', '.o')}`);
    expect(programsOf(compile(source))).toEqual(programsOf(committed));
  });
});
