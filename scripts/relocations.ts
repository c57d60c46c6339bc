/**
 * Compares what relocation makes of BPF objects with what libbpf hands to bpf(2) on this kernel (scripts/libbpf-loads.c):
 * instructions, function and line info, BTF and types of every program, each loaded alone; and which are refused.
 *
 * usage: tsx scripts/relocations.ts FOLDER CSV [--core-btf FILE] [--only CSV] [--verbose]
 *   CSV         what libbpf-loads printed for the objects of FOLDER
 *   --core-btf  the BTF that it was given for CO-RE; without it the kernel's own
 *   --only      compare only programs that have a row `object,digest,program,…` there
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { decodeUtf8, EbpftsError, sha256, toHex } from '../src/base/index.ts';
import { parseBtf } from '../src/btf/index.ts';
import { BPF_LD_IMM64, type Insns } from '../src/isa/index.ts';
import type { BpfObject } from '../src/object/index.ts';
import { openObject } from '../src/object/index.ts';
import type { InfoRecords, RelocateOptions } from '../src/relo/index.ts';
import { relocateObject } from '../src/relo/index.ts';
import { bpf_prog_type, bpf_pseudo } from '../src/uapi/index.ts';

const digest = (bytes: Uint8Array): string => toHex(sha256(bytes).subarray(0, 8));
const infoDigest = (info: InfoRecords | undefined): string => (info ? `${info.count}:${digest(info.bytes)}` : '0:-');

/** Addresses of the running kernel's symbols. */
function readKallsyms(): (name: string) => bigint | undefined {
  let known: Map<string, bigint> | undefined;
  return (name) => {
    known ??= new Map(
      readFileSync('/proc/kallsyms', 'utf8')
        .split('\n')
        .map((line) => line.split(/\s+/, 3))
        .filter((row) => row.length === 3)
        .reverse()
        .map(([address, , symbol]) => [symbol, BigInt(`0x${address}`)]),
    );
    return known.get(name);
  };
}

/** Instructions with the fds of maps 0, also of those that are written in the source. */
function withoutFds(insns: Insns): Insns {
  const copy = insns.slice();
  for (let i = 0; i + 1 < copy.length; i++) {
    if (copy.code(i) !== BPF_LD_IMM64) continue;
    if (copy.src(i) === bpf_pseudo.BPF_PSEUDO_MAP_FD || copy.src(i) === bpf_pseudo.BPF_PSEUDO_MAP_VALUE)
      copy.setImm(i, 0);
    i++;
  }
  return copy;
}

/** The same fields as a row of libbpf-loads; why not, where it is refused. */
function relocateAlone(object: BpfObject, name: string, options: RelocateOptions): string[] {
  for (const program of object.programs) program.autoload = program.name === name;
  try {
    const program = relocateObject(object, options).programs.find(({ spec }) => spec.name === name);
    if (program === undefined) return ['refused', 'its struct_ops map is not created'];
    const { spec, attach } = program;
    if (attach && 'problem' in attach) return ['refused', attach.problem];
    if (spec.progType === bpf_prog_type.BPF_PROG_TYPE_UNSPEC) return ['refused', 'it has no type'];
    return [
      'loads',
      String(spec.progType),
      String(program.expectedAttachType),
      String(spec.flags),
      object.license,
      digest(withoutFds(program.insns).bytes),
      infoDigest(program.funcInfo),
      infoDigest(program.lineInfo),
      object.btfBytes ? `${object.btfBytes.length}:${digest(object.btfBytes)}` : '',
    ];
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    return ['refused', error.message];
  }
}

const NAMES = ['outcome', 'type', 'attach type', 'flags', 'license', 'insns', 'func_info', 'line_info', 'BTF'];

function readRows(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(','));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'core-btf': { type: 'string' }, only: { type: 'string' }, verbose: { type: 'boolean' } },
});
const [folder, csv] = positionals;
const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split(/[.-]/).map(Number);
const options: RelocateOptions = {
  target: parseBtf(readFileSync('/sys/kernel/btf/vmlinux')),
  coreTarget: values['core-btf'] ? parseBtf(readFileSync(values['core-btf'])) : undefined,
  kernelConfig: () =>
    existsSync('/proc/config.gz') ? decodeUtf8(gunzipSync(readFileSync('/proc/config.gz'))) : undefined,
  kernelVersion: (release[0] << 16) | (release[1] << 8) | Math.min(release[2], 255),
  kallsyms: readKallsyms(),
};
const only = values.only && new Set(readRows(values.only).map(([object, , program]) => `${object} ${program}`));
const counts = { equal: 0, refused: 0, different: 0 };
const objects = new Map<string, BpfObject | string>();
for (const [file, program, ...expected] of readRows(csv)) {
  if (only && !only.has(`${file} ${program}`)) continue;
  let object = objects.get(file);
  if (object === undefined) {
    try {
      object = openObject(readFileSync(join(folder, file)), { name: file });
    } catch (error) {
      if (!(error instanceof EbpftsError)) throw error;
      object = error.message;
    }
    objects.set(file, object);
  }
  const got = typeof object === 'string' ? ['refused', object] : relocateAlone(object, program, options);
  if (got[0] === 'refused' && expected[0] === 'refused') {
    counts.refused++;
    if (values.verbose) console.log(`${file} ${program}: refused: ${got[1]}; libbpf: ${expected.slice(1).join(',')}`);
    continue;
  }
  const differences =
    got[0] !== expected[0]
      ? [`${got[0]} (${got[1]}), not ${expected[0]} ${expected.slice(1).join(',')}`]
      : NAMES.flatMap((name, i) => {
          // A kernel that refused the object's BTF is given none of the records either.
          if (got[i] === expected[i] || expected[i] === '0:-') return [];
          return [`${name} ${got[i]}, not ${expected[i]}`];
        });
  if (differences.length === 0) counts.equal++;
  else {
    counts.different++;
    console.log(`${file} ${program}: ${differences.join('; ')}`);
  }
}
const { equal, refused, different } = counts;
console.log(`${equal} programs equal, ${refused} refused by both, ${different} different`);
