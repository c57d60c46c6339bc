import { describe, expect, test } from 'vitest';
import { BtfBuilder, parseBtf } from '../../../src/btf/index.ts';
import { contextOfProgType, sockContext, tcpSockContext } from '../../../src/catalog/index.ts';
import { KernelLayout } from '../../../src/kernel/layout/layout.ts';
import { KernelStruct } from '../../../src/kernel/layout/struct.ts';
import { Memory } from '../../../src/vm/index.ts';
import { shippedKernelBtf } from '../../support/samples.ts';

const shipped = new KernelLayout(parseBtf(shippedKernelBtf()));

/** `struct inner { u32 a; union { u16 b; u8 c; }; }; struct outer { struct inner in; u8 low:3, high:5; };` */
function smallLayout(endian: 'little' | 'big'): KernelLayout {
  const btf = new BtfBuilder({ endian });
  const int = (name: string, size: number) =>
    btf.add({ kind: 'INT', name, size, bits: 8 * size, bitsOffset: 0, signed: false, char: false, bool: false });
  const [u8, u16, u32] = [int('u8', 1), int('u16', 2), int('u32', 4)];
  const member = (name: string, type: number, bitOffset: number, bitfieldSize = 0) => ({
    name,
    type,
    bitOffset,
    bitfieldSize,
  });
  const union = btf.add({
    kind: 'UNION',
    name: '',
    size: 2,
    bitfields: false,
    members: [member('b', u16, 0), member('c', u8, 0)],
  });
  const inner = btf.add({
    kind: 'STRUCT',
    name: 'inner',
    size: 8,
    bitfields: false,
    members: [member('a', u32, 0), member('', union, 32)],
  });
  btf.add({
    kind: 'STRUCT',
    name: 'outer',
    size: 12,
    bitfields: true,
    members: [member('in', inner, 0), member('low', u8, 64, 3), member('high', u8, 67, 5)],
  });
  return new KernelLayout(parseBtf(btf.encode()));
}

describe('a path leads to its place', () => {
  const layout = smallLayout('little');
  test.each([
    ['inner.a', { offset: 0, size: 4 }],
    ['inner.c', { offset: 4, size: 1 }],
    ['outer.in.b', { offset: 4, size: 2 }],
    ['outer.in+inner.b', { offset: 4, size: 2 }],
    ['outer', { offset: 0, size: 12 }],
    ['outer.high', { offset: 8, size: 1, bits: { shift: 3, count: 5 } }],
    ['outer.none', undefined],
    ['none.a', undefined],
  ])('%s', (path, place) => {
    expect(layout.find(path)).toEqual(place);
  });

  test('bits are counted from the other end on a big-endian machine', () => {
    expect(smallLayout('big').find('outer.low')).toEqual({ offset: 8, size: 1, bits: { shift: 5, count: 3 } });
  });
});

test('a struct in memory is read and written by names, in the byte order of its kernel', () => {
  for (const endian of ['little', 'big'] as const) {
    const memory = new Memory({ maxPages: 64 });
    const region = memory.alloc(12, { kind: 'object', name: 'outer' });
    const struct = new KernelStruct(memory, smallLayout(endian), region.offset);
    struct.set('outer.in.a', 0x01020304);
    struct.set('outer.low', 5);
    struct.set('outer.high', 17);
    expect([struct.u32('outer.in.a'), struct.u32('outer.low'), struct.u32('outer.high')]).toEqual([0x01020304, 5, 17]);
    expect(memory.bytes()[region.offset]).toBe(endian === 'little' ? 4 : 1);
  }
});

describe('the shipped kernel has every member that a context field is taken from', () => {
  const contexts = new Set([sockContext, tcpSockContext]);
  for (let type = 0; type < 64; type++) {
    const context = contextOfProgType(type);
    if (context) contexts.add(context);
  }
  test.each([...contexts].map((context) => [context.name, context] as const))('%s', (_, context) => {
    const paths = context.fields.flatMap((field) => field.path);
    expect(paths.filter((path) => shipped.find(path) === undefined)).toEqual([]);
    expect(context.temp === undefined || shipped.find(context.temp) !== undefined).toBe(true);
  });
});
