import { type Btf, type BtfCoreRelo, coreRelos, essentialName } from '../btf/index.ts';
import { PUBLIC_STRUCTS } from '../catalog/index.ts';
import type { Insns } from '../isa/index.ts';
import { BPF_LD_IMM64, INSN_SIZE } from '../isa/index.ts';
import type { BpfObject, FunctionSpec } from '../object/index.ts';
import { bpf_pseudo } from '../uapi/index.ts';
import { CoreResolver, coreKind, coreSubject } from './core/index.ts';
import { errCore, errNoTarget } from './errors.ts';
import { CopyBudget } from './link.ts';
import type { RelocateOptions } from './options.ts';
import type { Reports } from './report.ts';

/** The instructions of an object's functions after CO-RE, before they are linked: one copy for all programs. */
export class FunctionCode {
  readonly budget = new CopyBudget();
  readonly #object: BpfObject;
  readonly #patched = new Map<FunctionSpec, Insns>();

  /** Applies the CO-RE records of the chosen programs and of all subprograms, as libbpf does, used or not. */
  constructor(
    object: BpfObject,
    context: { options: RelocateOptions; chosen: readonly FunctionSpec[]; reports: Reports },
  ) {
    this.#object = object;
    this.#applyCore(context);
  }

  /** A function's instructions; not to be changed. Addresses of subprograms are marked as such. */
  of(fn: FunctionSpec): Insns {
    const known = this.#patched.get(fn);
    if (known !== undefined) return known;
    return fn.relocations.some(({ kind }) => kind === 'subprog_addr') ? this.#writable(fn) : fn.insns;
  }

  findSubprogram(slot: number): FunctionSpec | undefined {
    const { textIndex } = this.#object;
    return textIndex === undefined ? undefined : this.#object.findFunction(textIndex, slot);
  }

  #writable(fn: FunctionSpec): Insns {
    let insns = this.#patched.get(fn);
    if (insns === undefined) {
      insns = this.budget.copy(fn.insns, fn.name);
      for (const { kind, insn } of fn.relocations) {
        if (kind === 'subprog_addr') insns.setRegs(insn, insns.dst(insn), bpf_pseudo.BPF_PSEUDO_FUNC);
      }
      this.#patched.set(fn, insns);
    }
    return insns;
  }

  #applyCore(context: { options: RelocateOptions; chosen: readonly FunctionSpec[]; reports: Reports }): void {
    const { btf, btfExt, subprograms } = this.#object;
    if (btf === undefined || btfExt === undefined || btfExt.coreRelos.length === 0) return;
    const { options, reports } = context;
    const known = options.coreTarget ?? options.target;
    const target = known ?? btf;
    const modules = options.coreTarget ? undefined : () => (options.modules?.() ?? []).map((module) => module.btf);
    const resolver = new CoreResolver(btf, { target, modules });
    const wanted = new Set<FunctionSpec>([...context.chosen, ...subprograms]);
    for (const records of btfExt.coreRelos) {
      const section = this.#object.sectionIndexes.get(btf.strings.at(records.sectionName));
      coreRelos(records).forEach((relo, index) => {
        // Records of a weak function that the linker has overridden belong to no function.
        const fn =
          section === undefined
            ? undefined
            : this.#object.findFunction(section, Math.floor(relo.insnOffset / INSN_SIZE));
        if (fn === undefined || !wanted.has(fn)) return;
        const at = Math.floor(relo.insnOffset / INSN_SIZE) - fn.sectionOffset;
        const where = { kind: 'core', function: fn, insn: at, subject: '' } as const;
        if (relo.insnOffset % INSN_SIZE !== 0 || (fn.insns.code(at) === BPF_LD_IMM64 && at + 1 >= fn.insns.length)) {
          reports.fail(where, errCore({ function: fn.name, insn: at, index }, 'no whole instruction there'));
          return;
        }
        const unknown = known === undefined ? neededOfKernel(btf, relo) : undefined;
        if (unknown !== undefined) {
          reports.fail({ ...where, subject: unknown }, errNoTarget(`CO-RE of '${unknown}'`));
          return;
        }
        const core = resolver.relocate({ insns: this.#writable(fn), at, relo });
        const subject = core.localSpec || core.accessString;
        if (core.outcome === 'failed') {
          const error = errCore(
            { function: fn.name, insn: at, index, errno: core.errno },
            `${subject}: ${core.detail}`,
          );
          reports.fail({ ...where, subject, core, nearest: core.nearest }, error);
        } else
          reports.add({ ...where, subject, outcome: core.outcome, detail: core.detail, core, nearest: core.nearest });
      });
    }
  }
}

/**
 * The type that only the kernel's BTF tells about; undefined where the object's own BTF does: of structures that processes
 * and programs share with the kernel it has the layout that every kernel has. DEVIATION: libbpf refuses all CO-RE where a
 * kernel shows no BTF.
 */
function neededOfKernel(btf: Btf, { typeId, kind }: BtfCoreRelo): string | undefined {
  const asked = coreKind(kind);
  if (asked === 'local_type_id') return undefined;
  const name = btf.has(typeId) ? essentialName(btf.nameOf(typeId)) : '';
  const isPlace = coreSubject(kind) === 'field' && asked !== 'field_exists';
  return isPlace && PUBLIC_STRUCTS.has(name) ? undefined : name || `type ${typeId}`;
}
