import type { Insns } from '../isa/index.ts';
import { BPF_CALL, BPF_JMP } from '../isa/index.ts';
import type { RelocationSpec } from '../object/index.ts';
import { bpf_pseudo, bpf_pseudo_call } from '../uapi/index.ts';
import type { ResolvedExterns } from './externs.ts';
import type { LinkedPart } from './link.ts';
import type { MapRef, ModuleRef } from './program.ts';
import type { RelocationKind, RelocationOutcome } from './report.ts';

/**
 * Immediates that libbpf gives to what cannot be resolved: a call of a helper that no kernel has, whose number tells
 * which map or extern it was.
 */
const POISON_MAP = 2_001_000_000;
const POISON_KFUNC = 2_002_000_000;

/** What patching leaves to the loader. */
export interface PatchRefs {
  readonly mapRefs: MapRef[];
  readonly moduleRefs: ModuleRef[];
}

/** What an instruction has become. */
export interface PatchResult {
  readonly kind: RelocationKind;
  readonly outcome: RelocationOutcome;
  readonly detail: string;
}

/** Writes what one relocation asks for into its part of a linked program; fds stay 0 and are noted in `refs`. */
export function patchRelocation(
  part: LinkedPart,
  relocation: RelocationSpec,
  context: { externs: ResolvedExterns; refs: PatchRefs },
): PatchResult {
  const { insns, start } = part;
  const { insn } = relocation;
  switch (relocation.kind) {
    case 'map':
    case 'data': {
      const { map, kind } = relocation;
      if (!map.autocreate) {
        for (const slot of [insn, insn + 1]) poison(insns, slot, POISON_MAP + map.index);
        return { kind, outcome: 'poisoned', detail: `map '${map.name}' is not created` };
      }
      const offset = kind === 'data' ? (insns.imm(insn) + relocation.offset) | 0 : 0;
      loadMap(insns, insn, kind === 'data' ? { value: offset } : 'fd');
      context.refs.mapRefs.push({ insn: start + insn, map, kind: kind === 'data' ? 'value' : 'fd', offset });
      return {
        kind,
        outcome: 'resolved',
        detail: kind === 'data' ? `map '${map.name}' + ${offset}` : `map '${map.name}'`,
      };
    }
    case 'extern_ld64':
      return patchExternLoad(part, relocation, context);
    case 'extern_call':
      return patchKfuncCall(part, relocation, context);
    case 'call':
    case 'subprog_addr':
      return { kind: relocation.kind, outcome: 'resolved', detail: `slot ${start + insn + 1 + insns.imm(insn)}` };
  }
}

/** Turns a `ldimm64` into one of a map's address or of an address in its value; the fd is left 0. */
function loadMap(insns: Insns, insn: number, what: 'fd' | { value: number }): void {
  const pseudo = what === 'fd' ? bpf_pseudo.BPF_PSEUDO_MAP_FD : bpf_pseudo.BPF_PSEUDO_MAP_VALUE;
  insns.setRegs(insn, insns.dst(insn), pseudo);
  insns.setImm(insn, 0);
  if (what !== 'fd') insns.setImm(insn + 1, what.value);
}

function poison(insns: Insns, insn: number, imm: number): void {
  insns.set(insn, { code: BPF_JMP | BPF_CALL, dst: 0, src: 0, off: 0, imm });
}

type ExternRelocation = Extract<RelocationSpec, { kind: 'extern_ld64' | 'extern_call' }>;

function patchExternLoad(
  { insns, start }: LinkedPart,
  { insn, extern }: ExternRelocation,
  { externs, refs }: { externs: ResolvedExterns; refs: PatchRefs },
): PatchResult {
  const resolved = externs.of.get(extern) ?? { kind: 'missing' };
  switch (resolved.kind) {
    case 'kconfig': {
      if (externs.kconfig === undefined || extern.kind !== 'kconfig') break;
      const { map } = externs.kconfig;
      loadMap(insns, insn, { value: extern.offset });
      refs.mapRefs.push({ insn: start + insn, map, kind: 'value', offset: extern.offset });
      const detail = `map '${map.name}' + ${extern.offset}`;
      return { kind: 'kconfig', outcome: resolved.found ? 'resolved' : 'zero', detail };
    }
    case 'btf': {
      insns.setRegs(insn, insns.dst(insn), bpf_pseudo.BPF_PSEUDO_BTF_ID);
      insns.setImm(insn, resolved.btfId);
      insns.setImm(insn + 1, 0);
      const { module } = resolved;
      if (module !== undefined) refs.moduleRefs.push({ insn: start + insn, module, kind: 'ksym', fdIndex: 0 });
      return { kind: 'ksym', outcome: 'resolved', detail: `[${resolved.btfId}] of ${module ?? 'vmlinux'}` };
    }
    case 'address':
      insns.setImm64(insn, resolved.address);
      return { kind: 'ksym', outcome: 'resolved', detail: `0x${resolved.address.toString(16)}` };
  }
  insns.setImm64(insn, 0n);
  return { kind: 'ksym', outcome: 'zero', detail: 'weak, and not in the kernel' };
}

function patchKfuncCall(
  { insns, start }: LinkedPart,
  { insn, extern }: ExternRelocation,
  { externs, refs }: { externs: ResolvedExterns; refs: PatchRefs },
): PatchResult {
  const resolved = externs.of.get(extern);
  if (resolved?.kind !== 'btf') {
    poison(insns, insn, POISON_KFUNC + extern.index);
    return { kind: 'kfunc', outcome: 'poisoned', detail: `kfunc '${extern.name}' is not in the kernel` };
  }
  const { btfId, module, fdIndex } = resolved;
  insns.setRegs(insn, insns.dst(insn), bpf_pseudo_call.BPF_PSEUDO_KFUNC_CALL);
  insns.setImm(insn, btfId);
  insns.setOff(insn, fdIndex);
  if (module !== undefined) refs.moduleRefs.push({ insn: start + insn, module, kind: 'kfunc', fdIndex });
  return { kind: 'kfunc', outcome: 'resolved', detail: `[${btfId}] of ${module ?? 'vmlinux'}` };
}
