import { describe, expect, it } from 'vitest';
import { EbpftsError, sha256, toHex } from '../../src/base/index.ts';
import { parseBtf } from '../../src/btf/index.ts';
import type { BpfObject, MapSpec } from '../../src/object/index.ts';
import { openObject } from '../../src/object/index.ts';
import type { InfoRecords, RelocatedProgram, RelocateOptions } from '../../src/relo/index.ts';
import { relocateObject } from '../../src/relo/index.ts';
import { bpf_map_type, bpf_prog_type } from '../../src/uapi/index.ts';
import { recordedRows, sampleObject, sampleObjects, shippedKernelBtf } from '../support/samples.ts';

const target = parseBtf(shippedKernelBtf());
const options: RelocateOptions = {
  target,
  kernelVersion: (6 << 16) | (12 << 8) | 117,
  kernelConfig: () => 'CONFIG_HZ=250\nCONFIG_BPF_SYSCALL=y\nCONFIG_DEFAULT_HOSTNAME="(none)"\n',
  kallsyms: () => 0xffff_ffff_8100_0000n,
};

const digest = (bytes: Uint8Array): string => toHex(sha256(bytes).subarray(0, 8));
const infoDigest = (info: InfoRecords | undefined): string => (info ? `${info.count}:${digest(info.bytes)}` : '0:-');

/** The object as it was named when libbpf was asked. */
const open = (path: string): BpfObject => openObject(sampleObject(path), { name: path.replace('/el/', '--') });

function relocateAlone(object: BpfObject, name: string): RelocatedProgram | undefined {
  for (const program of object.programs) program.autoload = program.name === name;
  return relocateObject(object, options).programs.find(({ spec }) => spec.name === name);
}

/** Ids of kernel functions and variables are those of the kernel that was asked: another one. */
function dependsOnKernelIds(object: BpfObject): boolean {
  return object.externs.some(({ kind }) => kind !== 'kconfig');
}

function mapText({ kernelName, type, keySize, valueSize, maxEntries, flags, mapExtra }: MapSpec): string {
  // libbpf gives perf event arrays without a size one element a CPU.
  const entries = type === bpf_map_type.BPF_MAP_TYPE_PERF_EVENT_ARRAY ? 0 : maxEntries;
  return [kernelName, type, keySize, valueSize, entries, flags.toString(16), mapExtra.toString(16)].join('|');
}

function mapsText(object: BpfObject): string {
  return object.maps
    .filter(({ type, autocreate }) => autocreate && type !== bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS)
    .flatMap((map) => (map.inner ? [map.inner, map] : [map]))
    .map(mapText)
    .join(';');
}

describe('relocateObject, beside what libbpf hands to the kernel', () => {
  const rows = recordedRows('samples-relocated.csv');
  const legacy = (path: string) => path.includes('legacy_');

  it('has facts recorded of the objects as they are', () => {
    const changed = rows.filter(([path, sha]) => toHex(sha256(sampleObject(path))).slice(0, 16) !== sha);
    expect(changed.map(([path]) => path)).toEqual([]);
  });

  for (const [path, , program, outcome, ...facts] of rows) {
    if (outcome === 'refused' && legacy(path)) continue;
    if (outcome === 'refused') {
      it(`refuses ${path} ${program} as libbpf does`, () => {
        expect(() => relocateAlone(open(path), program)).toThrow(EbpftsError);
      });
      continue;
    }
    it(`makes of ${path} ${program} what libbpf makes of it`, () => {
      const [type, attachType, flags, license, insns, funcInfo, lineInfo, btf, maps] = facts;
      const object = open(path);
      const relocated = relocateAlone(object, program);
      expect(relocated).toBeDefined();
      if (relocated === undefined) return;
      const { spec } = relocated;
      expect(String(spec.progType)).toBe(type);
      if (spec.progType !== bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS) {
        expect(String(relocated.expectedAttachType)).toBe(attachType);
      }
      expect(String(spec.flags)).toBe(flags);
      expect(object.license).toBe(license);
      expect(infoDigest(relocated.funcInfo)).toBe(funcInfo);
      expect(infoDigest(relocated.lineInfo)).toBe(lineInfo);
      expect(object.btfBytes && `${object.btfBytes.length}:${digest(object.btfBytes)}`).toBe(btf);
      if (maps !== '') expect(mapsText(object)).toBe(maps);
      if (!dependsOnKernelIds(object)) expect(digest(relocated.insns.bytes)).toBe(insns);
    });
  }
});

describe('relocateObject, big-endian objects', () => {
  for (const path of sampleObjects('clang-19/eb')) {
    it(`links ${path} from the same parts as its little-endian twin`, () => {
      const shapes = [path, path.replace('/eb/', '/el/')].map((twin) => {
        const object = openObject(sampleObject(twin), { name: 'twin' });
        // The kernel's own BTF is little-endian; CO-RE compares types, not bytes.
        const { programs, reports } = relocateObject(object, { ...options, lenient: true });
        return {
          programs: programs.map(({ spec, functions, attach }) => [
            spec.name,
            functions.map(({ name }) => name),
            attach,
          ]),
          failed: reports.filter(({ outcome }) => outcome === 'failed'),
          maps: mapsText(object),
          externs: object.externs.map(({ name, kind, weak }) => [name, kind, weak]),
        };
      });
      expect(shapes[0]).toEqual(shapes[1]);
      expect(shapes[0].failed).toEqual([]);
    });
  }
});
