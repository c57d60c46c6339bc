import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BPF_LD_IMM64, type Insn, Insns } from '../../src/isa/index.ts';
import type { Process } from '../../src/kernel/index.ts';
import type { Fd, ProgLoadAttr } from '../../src/syscall/index.ts';
import { bpf_pseudo } from '../../src/uapi/index.ts';
import { Chance } from '../../test/support/soundness/chance.ts';
import { damage } from '../../test/support/soundness/damage.ts';
import type { Emulated } from '../../test/support/soundness/emulated.ts';
import { captureObject, prepareLive } from './capture.ts';
import type { LiveKernel } from './live-kernel.ts';
import type { Source } from './source.ts';

/** Seeds that take programs of one object. */
const RUN = 64;
/** Longer programs would take most of the time. */
const MOST_INSNS = 400;

interface Opened {
  readonly name: string;
  readonly programs: readonly ProgLoadAttr[];
  /** Fds of the running kernel by those of the emulated one. */
  readonly fds: ReadonlyMap<Fd, Fd>;
}

/** Programs of the objects in a folder, with one to three instructions changed in nine of ten. */
export function suitePrograms(folder: string, { emulated, live }: { emulated: Emulated; live: LiveKernel }): Source {
  const objects = readdirSync(folder)
    .filter((name) => name.endsWith('.o'))
    .sort();
  let open: { process: Process; fds: ReadonlyMap<Fd, Fd> } | undefined;

  const close = () => {
    if (!open) return;
    open.process.exit();
    for (const fd of open.fds.values()) if (fd >= 0) void live.close(fd);
  };
  const take = async (name: string): Promise<Opened> => {
    close();
    const process = emulated.kernel.openProcess();
    const { programs, preparations } = captureObject(join(folder, name), process);
    const fds = await prepareLive(live, preparations);
    open = { process, fds };
    emulated.process = process;
    const usable = programs.filter(({ insns, attachProgFd, attachBtfObjFd }) => {
      return insns.length <= 8 * MOST_INSNS && !attachProgFd && !attachBtfObjFd;
    });
    return { name, programs: usable, fds };
  };

  return {
    async *programs(first, count) {
      for (let group = Math.floor(first / RUN); group * RUN < first + count; group++) {
        const object = await take(new Chance(group).pick(objects));
        if (object.programs.length === 0) continue;
        for (let seed = Math.max(first, group * RUN); seed < Math.min(first + count, (group + 1) * RUN); seed++) {
          const chance = new Chance(seed);
          const original = chance.pick(object.programs);
          const list = listOf(original.insns);
          const insns = Insns.from(chance.in100(10) ? list : damage(list, chance), 'little');
          const ours = { ...original, insns: insns.bytes };
          const theirs = forLive(ours, object.fds);
          if (!theirs) continue;
          const name = `${object.name} ${original.progName} ${seed}`;
          yield { name, seed, attrs: { live: theirs, emulated: ours } };
        }
      }
    },
  };
}

function listOf(bytes: Uint8Array): Insn[] {
  const insns = new Insns(bytes, 'little');
  return Array.from({ length: insns.length }, (_, i) => insns.get(i));
}

const BY_FD: readonly number[] = [bpf_pseudo.BPF_PSEUDO_MAP_FD, bpf_pseudo.BPF_PSEUDO_MAP_VALUE];

/** The program with the running kernel's fds; undefined where it names one that is not there. */
function forLive(attr: ProgLoadAttr, fds: ReadonlyMap<Fd, Fd>): ProgLoadAttr | undefined {
  const insns = new Insns(attr.insns, 'little').slice();
  for (let i = 0; i < insns.length; i++) {
    if (insns.code(i) !== BPF_LD_IMM64 || !BY_FD.includes(insns.src(i))) continue;
    const fd = fds.get(insns.imm(i));
    if (fd === undefined || fd < 0) return undefined;
    insns.setImm(i, fd);
  }
  const fdArray = attr.fdArray?.map((fd) => (fd ? (fds.get(fd) ?? -1) : 0));
  if (fdArray?.includes(-1)) return undefined;
  return { ...attr, insns: insns.bytes, fdArray, progBtfFd: attr.progBtfFd ? fds.get(attr.progBtfFd) : undefined };
}
