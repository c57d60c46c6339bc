import type { Btf } from '../../btf/index.ts';
import { type InsnNames, Insns, xlatedImm64 } from '../../isa/index.ts';
import type { Fd, ProgInfo } from '../../syscall/index.ts';
import { bpf_pseudo_call } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errNotSupported, errUsage } from '../errors.ts';
import { writeOutput } from '../files.ts';
import type { KernelObjects } from '../kernel-objects.ts';
import { takeProgs } from '../refs.ts';
import { cfgDot } from '../render/cfg.ts';
import { progHeaderJson, progHeaderPlain } from '../render/prog.ts';
import { infoRecords, type XlatedProgram, xlatedJson, xlatedPlain } from '../render/xlated.ts';
import { DONE } from '../report.ts';
import type { Words } from '../words.ts';

interface DumpArguments {
  readonly file: string | undefined;
  readonly opcodes: boolean;
  readonly linum: boolean;
  readonly visual: boolean;
}

function takeArguments(words: Words, json: boolean, programs: number): DumpArguments {
  let file: string | undefined;
  const flags = { opcodes: false, linum: false, visual: false };
  while (words.count > 0) {
    if (words.takeIf('file')) {
      if (words.count === 0) throw errFailed('expected file path');
      if (programs > 1) throw errFailed('several programs matched');
      file = words.take();
    } else if (words.takeIf('opcodes')) flags.opcodes = true;
    else if (words.takeIf('visual')) {
      if (programs > 1) throw errFailed('several programs matched');
      flags.visual = true;
    } else if (words.takeIf('linum')) flags.linum = true;
    else throw errUsage();
  }
  if (file !== undefined && (flags.opcodes || flags.visual || flags.linum)) {
    throw errFailed("'file' is not compatible with 'opcodes', 'visual', or 'linum'");
  }
  if (json && flags.visual) throw errFailed("'visual' is not compatible with JSON output");
  return { file, ...flags };
}

/** `prog dump xlated`: the instructions that run, after the kernel translated them. */
export const progDump: Handler = async (context, words) => {
  if (words.is('jited')) throw errNotSupported('ebpfts prog dump jited');
  if (!words.takeIf('xlated')) throw errFailed(`expected 'xlated' or 'jited', got: ${words.peek ?? '(null)'}`);
  if (words.count < 2) throw errUsage();
  const { objects } = await context.session();
  const fds = takeProgs(objects, words);
  const args = takeArguments(words, context.options.json, fds.length);
  const programs = fds.map((fd) => dumped(objects, fd));
  if (args.file !== undefined) {
    const { bytes } = programs[0].program.insns;
    writeOutput(args.file, bytes, { problem: `can't open file ${args.file}`, mode: 0o600 });
    return DONE;
  }
  return {
    *plain() {
      for (const [i, { info, name, program }] of programs.entries()) {
        if (programs.length > 1) yield progHeaderPlain(info, name);
        yield* args.visual ? cfgDot(program, args) : xlatedPlain(program, args);
        if (i < programs.length - 1) yield '\n';
      }
    },
    json: () => {
      if (programs.length === 1) return xlatedJson(programs[0].program, args);
      return programs.map(({ info, name, program }) => ({
        ...progHeaderJson(info, name),
        insns: xlatedJson(program, args),
      }));
    },
  };
};

function dumped(objects: KernelObjects, fd: Fd): { info: ProgInfo; name: string; program: XlatedProgram } {
  const info = objects.progInfo(fd);
  const { xlated } = info;
  if (xlated.length === 0) throw errFailed('error retrieving insn dump: kernel.kptr_restrict set?');
  const btf = info.btfId ? objects.btf(info.btfId) : undefined;
  const records = btf ? infoRecords(btf, info) : { functions: new Map(), lines: new Map() };
  const insns = new Insns(xlated, objects.system.machineFacts().endian);
  return { info, name: objects.progFullName(info), program: { insns, names: namesOf(objects), btf, ...records } };
}

/**
 * Calls of subprograms have their distance in `off` here. Names of kfuncs come from the kernel's BTF, which is read only
 * where one is called.
 */
function namesOf(objects: KernelObjects): InsnNames {
  return {
    imm64: xlatedImm64,
    call(insns, i) {
      if (insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_CALL) return `${insns.off(i) < 0 ? '' : '+'}${insns.off(i)}`;
      if (insns.src(i) !== bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL || insns.off(i) !== 0) return undefined;
      const btf: Btf = objects.kernelBtf();
      const type = btf.has(insns.imm(i)) ? btf.typeById(insns.imm(i)) : undefined;
      return type?.kind === 'FUNC' ? type.name : undefined;
    },
  };
}
