// What is no BPF object, or a damaged one: each is refused by a clear error or loads, and nothing stays behind.
import { describe, expect, it } from 'vitest';
import { EbpftsError, InternalError } from '../../src/base/index.ts';
import { formatBtfC, formatBtfRaw, parseBtf } from '../../src/btf/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import { loadObject } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import { BtfAssembler } from '../support/btf.ts';
import { sampleObject, shippedKernelBtf } from '../support/samples.ts';

const btf = shippedKernelBtf();
const on = createKernel({
  profile: {
    version: '6.12.117',
    arch: 'x86_64',
    endian: 'little',
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: new Map([['CONFIG_HZ', '250']]),
  },
});

/** Opens, relocates and loads; an error that is ours or nobody's fails the test. @returns what was said, '' if loaded */
function tryToLoad(bytes: Uint8Array): string {
  const system = on.openProcess();
  try {
    loadObject(system, openObject(bytes, { name: 'damaged' }));
    return '';
  } catch (error) {
    if (!(error instanceof EbpftsError) || error instanceof InternalError) throw error;
    expect(error.code).toMatch(/^[A-Z_]+$/);
    expect(error.message).not.toBe('');
    return error.message;
  } finally {
    system.exit();
  }
}

function changed(path: string, change: (view: DataView) => void): Uint8Array {
  const bytes = Uint8Array.from(sampleObject(path));
  change(new DataView(bytes.buffer));
  return bytes;
}

const DROP = 'clang-19/el/xdp_drop.bpf.o';
const BALANCER = 'clang-19/el/xdp_load_balancer.bpf.o';

describe('what is no BPF object', () => {
  it.each([
    ['an empty file', new Uint8Array(), 'not an ELF file: it begins with nothing, not 7f 45 4c 46'],
    ['text', new TextEncoder().encode('hello, world'), 'not an ELF file: it begins with 68 65 6c 6c, not 7f 45 4c 46'],
    ['half a header', sampleObject(DROP).slice(0, 63), 'ELF: file header: 64 bytes needed at offset 0, 63 there'],
    ['32 bits', changed(DROP, (at) => at.setUint8(4, 1)), 'ELF: class 1 (32 bit), only 2 (64 bit) is read'],
    ['an executable', changed(DROP, (at) => at.setUint16(16, 2, true)), 'ELF: file type 2, not 1 (relocatable object)'],
    ['a core dump', changed(DROP, (at) => at.setUint16(16, 4, true)), 'ELF: file type 4, not 1 (relocatable object)'],
    ['an object of x86', changed(DROP, (at) => at.setUint16(18, 62, true)), 'ELF: machine 62, not 247 (BPF)'],
  ])('%s', (_, bytes, message) => {
    expect(tryToLoad(bytes)).toBe(message);
  });
});

describe('a damaged object', () => {
  it('cut at every 97th byte is refused', () => {
    const whole = sampleObject(BALANCER);
    for (let size = 0; size < whole.length; size += 97) expect(tryToLoad(whole.slice(0, size))).not.toBe('');
  });

  const WORDS = [0, 1, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fff8];

  it('with fields of its section headers overwritten ends well', () => {
    const table = Number(new DataView(Uint8Array.from(sampleObject(DROP)).buffer).getBigUint64(40, true));
    for (let field = table; field + 4 <= sampleObject(DROP).length; field += 20) {
      const word = WORDS[(field / 20) % WORDS.length];
      tryToLoad(changed(DROP, (at) => at.setUint32(field, word, true)));
    }
  });

  it('with words of its types overwritten ends well', () => {
    const whole = sampleObject(DROP);
    const start = whole.findIndex((byte, i) => byte === 0x9f && whole[i + 1] === 0xeb);
    expect(start).toBeGreaterThan(0);
    for (let at = start; at < Math.min(start + 3000, whole.length - 4); at += 20) {
      const word = WORDS[(at / 20) % WORDS.length];
      tryToLoad(changed(DROP, (view) => view.setUint32(at, word, true)));
    }
  });
});

describe('types that never end', () => {
  /** Two types that are made of each other. */
  function loop(make: (btf: BtfAssembler) => void): Uint8Array {
    const types = new BtfAssembler();
    make(types);
    return types.toBytes();
  }

  it.each([
    ['an array of itself', loop((types) => types.array(1, 1, 4))],
    ['a struct of itself', loop((types) => types.struct('s', [['self', 1]]))],
    ['a pointer to itself', loop((types) => types.ptr(1))],
    [
      'arrays nested 5,000 deep',
      loop((types) => {
        types.int('int', 4);
        for (let i = 1; i < 5000; i++) types.array(i, 1, 2);
      }),
    ],
    [
      'pointers 100,000 deep',
      loop((types) => {
        types.int('int', 4);
        for (let i = 1; i < 100_000; i++) types.ptr(i);
      }),
    ],
  ])('%s', (_, bytes) => {
    const print = () => {
      const parsed = parseBtf(bytes);
      expect(formatBtfRaw(parsed).length).toBeGreaterThan(0);
      expect(formatBtfC(parsed).length).toBeLessThan(10_000_000);
    };
    const started = performance.now();
    try {
      print();
    } catch (error) {
      expect(error).toBeInstanceOf(EbpftsError);
      expect(error).not.toBeInstanceOf(InternalError);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
