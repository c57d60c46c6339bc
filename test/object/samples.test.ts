import { describe, expect, it } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import type { BpfObject } from '../../src/object/index.ts';
import { openObject } from '../../src/object/index.ts';
import { relocateObject } from '../../src/relo/index.ts';
import { mulberry32 } from '../support/random.ts';
import { sampleObject } from '../support/samples.ts';

const open = (path: string): BpfObject => openObject(sampleObject(path), { name: path });
const mapNamed = (object: BpfObject, name: string) => object.maps.find((map) => map.name === name);

describe('openObject on samples', () => {
  for (const compiler of ['clang-19', 'clang-14']) {
    for (const order of ['el', 'eb']) {
      it(`fills program arrays and maps of maps with what they name (${compiler}/${order})`, () => {
        const tail = open(`${compiler}/${order}/tail_calls.bpf.o`);
        const programs = tail.maps.flatMap(({ slots }) => slots.map((slot) => slot?.name));
        expect(programs.filter((name) => name !== undefined).sort()).toEqual(['parse_ipv4', 'parse_ipv6']);
        const nested = open(`${compiler}/${order}/map_in_map.bpf.o`);
        const outer = nested.maps.filter(({ inner }) => inner !== undefined);
        expect(outer.length).toBeGreaterThan(0);
        for (const { name, inner } of outer) expect(inner).toMatchObject({ name: `${name}.inner`, index: -1 });
      });

      it(`finds the programs of a struct_ops map (${compiler}/${order})`, () => {
        const object = open(`${compiler}/${order}/struct_ops_tcp_cc.bpf.o`);
        const map = object.maps.find(({ origin }) => origin === 'struct_ops');
        const named = map?.structOps?.programs.filter((program) => program !== undefined).map(({ name }) => name);
        expect(named?.sort()).toEqual(object.programs.map(({ name }) => name).sort());
      });

      it(`reads the older forms of map definitions, with a warning (${compiler}/${order})`, () => {
        for (const sample of ['legacy_maps', 'legacy_iproute2']) {
          const object = open(`${compiler}/${order}/${sample}.bpf.o`);
          const maps = object.maps.filter(({ origin }) => origin === 'legacy');
          expect(maps.length).toBeGreaterThan(0);
          for (const { type, maxEntries } of maps)
            expect([type, maxEntries].every((n) => n > 0 && n < 1 << 20)).toBe(true);
          expect(object.warnings.join()).toContain('legacy map definitions');
          const refers = object.programs.some(({ relocations }) => relocations.some(({ kind }) => kind === 'map'));
          expect(refers).toBe(true);
        }
      });

      it(`orders and places the values of the kernel's configuration (${compiler}/${order})`, () => {
        const object = open(`${compiler}/${order}/kconfig_ksyms.bpf.o`);
        const values = object.externs.filter((extern) => extern.kind === 'kconfig');
        const aligns = values.map(({ align }) => align);
        expect(aligns).toEqual([...aligns].sort((a, b) => b - a));
        for (const { offset, align } of values) expect(offset % align).toBe(0);
        const last = values.at(-1);
        expect(object.maps.find(({ origin }) => origin === 'kconfig')?.valueSize).toBe(
          (last?.offset ?? 0) + (last?.size ?? 0),
        );
      });
    }
  }

  it('hands out data that can be edited without touching the file', () => {
    const bytes = sampleObject('clang-19/el/globals.bpf.o');
    const before = Uint8Array.from(bytes);
    const object = openObject(bytes, { name: 'globals' });
    for (const { initialData } of object.maps) initialData?.fill(0xee);
    expect(Uint8Array.from(bytes)).toEqual(before);
    expect(mapNamed(object, 'globals.bss')?.initialData?.[0]).toBe(0xee);
  });
});

describe('openObject and relocateObject on broken samples', () => {
  const paths = ['core_reads', 'subprograms', 'map_in_map', 'kfunc_task', 'legacy_iproute2', 'struct_ops_tcp_cc'];
  for (const path of paths) {
    it(`ends every mutation of ${path} in success or an error of ours`, () => {
      const original = Uint8Array.from(sampleObject(`clang-19/el/${path}.bpf.o`));
      const random = mulberry32(path.length);
      for (let round = 0; round < 400; round++) {
        const bytes = original.slice();
        for (let n = 1 + Math.floor(random() * 4); n > 0; n--) {
          bytes[Math.floor(random() * bytes.length)] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
        }
        try {
          const object = openObject(bytes, { name: path });
          relocateObject(object, { target: object.btf, lenient: true });
        } catch (error) {
          if (!(error instanceof EbpftsError)) throw new TypeError(`round ${round}`, { cause: error });
        }
      }
    });
  }
});
