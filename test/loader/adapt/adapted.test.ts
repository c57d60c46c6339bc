import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EbpftsError, sha256, toHex } from '../../../src/base/index.ts';
import { lackOfType } from '../../../src/catalog/index.ts';
import { Insns } from '../../../src/isa/index.ts';
import { createKernel } from '../../../src/kernel/index.ts';
import { loadObject } from '../../../src/loader/index.ts';
import { openObject } from '../../../src/object/index.ts';
import type { MapCreateAttr, ProgLoadAttr, System } from '../../../src/syscall/index.ts';
import { bpf_map_type, bpf_prog_type } from '../../../src/uapi/index.ts';
import { recordedRows, sampleObject, shippedKernelBtf } from '../../support/samples.ts';

const btf = shippedKernelBtf();
const FIXTURE = 'old_kernels.bpf.o';

/** A kernel of a version, and what it was asked for last. */
function oldKernel(version: string) {
  const kernel = createKernel({
    profile: {
      version: `${version}.0`,
      arch: 'x86_64',
      endian: 'little',
      pageSize: 4096,
      cpus: 2,
      btf: () => btf,
      config: new Map([
        ['CONFIG_HZ', '250'],
        ['CONFIG_BPF_SYSCALL', 'y'],
        ['CONFIG_DEFAULT_HOSTNAME', '"(none)"'],
      ]),
    },
  });
  const asked: { prog?: ProgLoadAttr; btf?: Uint8Array; maps: MapCreateAttr[] } = { maps: [] };
  const system = kernel.openProcess();
  const watched: Partial<System> = {
    progLoad: (attr) => {
      asked.prog = attr;
      return system.progLoad(attr);
    },
    btfLoad: (attr) => {
      asked.btf = attr.btf;
      return system.btfLoad(attr);
    },
    mapCreate: (attr) => {
      const fd = system.mapCreate(attr);
      if (fd >= 0 && attr.mapName && attr.mapType !== bpf_map_type.BPF_MAP_TYPE_STRUCT_OPS) asked.maps.push(attr);
      return fd;
    },
  };
  const proxy = new Proxy(system, {
    get: (target, name) => {
      const own = watched[name as keyof System] ?? target[name as keyof System];
      return typeof own === 'function' ? (own as () => unknown).bind(target) : own;
    },
  });
  return { asked, system: proxy as System };
}

const digest = (bytes: Uint8Array): string => toHex(sha256(bytes).subarray(0, 8));

function infoDigest(bytes: Uint8Array | undefined, size = 0): string {
  return bytes === undefined || bytes.length === 0 ? '0:-' : `${bytes.length / size}:${digest(bytes)}`;
}

function insnsDigest(bytes: Uint8Array): string {
  const insns = new Insns(bytes.slice(), 'little');
  for (let i = 0; i + 1 < insns.length; i++) {
    if (insns.code(i) !== 0x18) continue;
    if (insns.src(i) === 1 || insns.src(i) === 2) insns.setImm(i, 0);
    i++;
  }
  return digest(insns.bytes);
}

function mapText({ mapName, mapType, keySize, valueSize, maxEntries, mapFlags = 0, mapExtra = 0n }: MapCreateAttr) {
  const entries = mapType === bpf_map_type.BPF_MAP_TYPE_PERF_EVENT_ARRAY ? 0 : maxEntries;
  return [mapName, mapType, keySize, valueSize, entries, mapFlags.toString(16), mapExtra.toString(16)].join('|');
}

const kernels = new Map<string, ReturnType<typeof oldKernel>>();

/** One kernel of a version for all that is loaded into it. */
function kernelOf(version: string): ReturnType<typeof oldKernel> {
  const known = kernels.get(version) ?? oldKernel(version);
  kernels.set(version, known);
  Object.assign(known.asked, { prog: undefined, btf: undefined, maps: [] });
  return known;
}

describe('what is loaded into older kernels, beside what libbpf loads', () => {
  for (const [version, file, name, outcome, ...facts] of recordedRows('adapted.csv')) {
    const [type, attachType, flags, license, insns, funcInfo, lineInfo, types, maps] = facts;
    if (outcome !== 'loads') continue;
    it(`Linux ${version} is asked for ${file} ${name} as libbpf asks`, () => {
      const { system, asked } = kernelOf(version);
      const bytes =
        file === FIXTURE
          ? readFileSync(new URL(`../../fixtures/objects/${file}`, import.meta.url))
          : sampleObject(`clang-19/el/${file}`);
      const object = openObject(bytes, { name: file });
      for (const program of object.programs) program.autoload = program.name === name;
      // libbpf was watched on a kernel that has all maps, and lacked only what libbpf asks kernels about.
      if (object.maps.some(({ type }) => lackOfType(version, 'map type', type))) {
        expect(() => loadObject(system, object)).toThrow(/BPF_MAP_CREATE of/);
        return;
      }
      let prog: ProgLoadAttr | undefined;
      try {
        const loaded = loadObject(system, object, {
          progress: (_done, _of, { name: loaded }) => {
            if (loaded === name) prog = asked.prog;
          },
        });
        loaded.close();
      } catch (error) {
        // What the kernel does not take in the end, it was asked for.
        if (!(error instanceof EbpftsError)) throw error;
        prog ??= asked.prog;
      }
      expect(asked.btf && `${asked.btf.length}:${digest(asked.btf)}`).toBe(types);
      expect(asked.maps.map(mapText).join(';')).toBe(maps);
      expect(prog).toBeDefined();
      if (prog === undefined) return;
      expect([String(prog.progType), String(prog.progFlags), prog.license]).toEqual([type, flags, license]);
      if (prog.progType !== bpf_prog_type.BPF_PROG_TYPE_STRUCT_OPS) {
        expect(String(prog.expectedAttachType ?? 0)).toBe(attachType);
      }
      expect(infoDigest(prog.funcInfo, prog.funcInfoRecSize)).toBe(funcInfo);
      expect(infoDigest(prog.lineInfo, prog.lineInfoRecSize)).toBe(lineInfo);
      // Ids of kernel functions and variables are those of the kernel that was asked: another one.
      const dependsOnIds = object.externs.some(({ kind }) => kind !== 'kconfig');
      // Data sections that are not created are poison before the kernel is asked.
      if (!dependsOnIds && version !== '4.18' && version !== '5.1') expect(insnsDigest(prog.insns)).toBe(insns);
    });
  }
});
