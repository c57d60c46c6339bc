import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import type { BpftoolForm } from './form.ts';
import { taggedKfuncs, writeKfuncs } from './kfuncs.ts';
import { CPrinter } from './printer.ts';
import { CSort, RANK_LAST } from './sort.ts';

/** What to print as C, and in which order. */
export interface CDumpOptions {
  /** Only these types and what they need, without the kfuncs; else all, those of the base included. */
  readonly roots?: readonly BtfId[];
  /** With `roots`: FUNCs whose prototypes are printed as those of kfuncs, in this order. */
  readonly kfuncs?: readonly BtfId[];
  /** In the order of ids; else by kind and name, so that dumps of two kernels compare well. */
  readonly unsorted?: boolean;
  /** Default 7.5. */
  readonly form?: BpftoolForm;
}

const HEAD = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif

#ifndef __weak
#define __weak __attribute__((weak))
#endif

`;

const FASTCALL = `#ifndef __bpf_fastcall
#if __has_attribute(bpf_fastcall)
#define __bpf_fastcall __attribute__((bpf_fastcall))
#else
#define __bpf_fastcall
#endif
#endif

`;

const TAIL = `#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
`;

/**
 * The types as a C header, as `bpftool btf dump … format c` prints it.
 * @throws {BtfError} where a root does not exist or the types cannot be said in C
 */
export function formatBtfC(btf: Btf, options: CDumpOptions = {}): Uint8Array {
  const { form = '7.5' } = options;
  const printer = new CPrinter(btf, form);
  printer.declarations.out.text(form === '7.5' ? HEAD : HEAD + FASTCALL);
  if (options.roots !== undefined) {
    for (const id of options.roots) printer.define(id);
    const { kfuncs = [] } = options;
    for (const id of kfuncs) printer.prepare(btf.third(id));
    if (kfuncs.length > 0) writeKfuncs(btf, printer.declarations, { kfuncs, form });
  } else {
    if (options.unsorted) for (let id = 1; id < btf.typeCount; id++) printer.define(id);
    else defineSorted(btf, printer);
    writeKfuncs(btf, printer.declarations, { kfuncs: taggedKfuncs(btf, form), form });
  }
  printer.declarations.out.text(TAIL);
  return printer.text();
}

/**
 * bpftool 7.5 sorts void with the types and then leaves out whatever comes first; void is last among the nameless, so a
 * type is lost. It is left out here too: the output is compared byte by byte.
 */
function defineSorted(btf: Btf, printer: CPrinter): void {
  const sort = new CSort(btf);
  const early: BtfId[] = [];
  const late: BtfId[] = [];
  for (let id = 0; id < btf.typeCount; id++) {
    if (sort.rank(id) < RANK_LAST) early.push(id);
    else if (canDefine(btf.kindOf(id))) late.push(id);
  }
  const skipped = early.length > 0 ? 1 : 0;
  for (const id of sort.sort(early).slice(skipped)) printer.define(id);
  const reaches = new Reach(btf, printer);
  const rest = skipped === 1 ? late.filter((id) => reaches.definition(id)) : late;
  for (const id of sort.sort(rest).slice(1 - skipped)) printer.define(id);
}

/** Kinds whose definition prints something, or leads to what does. */
function canDefine(kind: number): boolean {
  return kind !== BTF_KIND.FUNC && kind !== BTF_KIND.VAR && kind !== BTF_KIND.DATASEC && kind !== BTF_KIND.DECL_TAG;
}

const UNKNOWN = 0;
const NO = 1;
const YES = 2;

/** Which types lead to a definition not printed yet: the others (most) need not be sorted. */
class Reach {
  readonly #btf: Btf;
  readonly #printer: CPrinter;
  readonly #known: Uint8Array;

  constructor(btf: Btf, printer: CPrinter) {
    this.#btf = btf;
    this.#printer = printer;
    this.#known = new Uint8Array(btf.typeCount);
  }

  definition(id: BtfId, depth = 0): boolean {
    if (this.#printer.isOrdered(id)) return false;
    if (this.#known[id] !== UNKNOWN) return this.#known[id] === YES;
    // Very deep types are sorted with the rest rather than looked into.
    if (depth > 200) return true;
    this.#known[id] = NO;
    const reaches = this.#leadsOn(id, depth + 1);
    this.#known[id] = reaches ? YES : NO;
    return reaches;
  }

  #leadsOn(id: BtfId, depth: number): boolean {
    const { words, index } = this.#btf;
    const at = index[id];
    const vlen = this.#btf.vlenOf(id);
    switch (this.#btf.kindOf(id)) {
      case BTF_KIND.PTR:
      case BTF_KIND.CONST:
      case BTF_KIND.VOLATILE:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.TYPE_TAG:
        return this.definition(words[at + 2], depth);
      case BTF_KIND.ARRAY:
        return this.definition(words[at + 3], depth);
      case BTF_KIND.FUNC_PROTO:
        if (this.definition(words[at + 2], depth)) return true;
        for (let m = at + 4, end = m + 2 * vlen; m < end; m += 2) if (this.definition(words[m], depth)) return true;
        return false;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        if (words[at] !== 0) return true;
        for (let m = at + 4, end = m + 3 * vlen; m < end; m += 3) if (this.definition(words[m], depth)) return true;
        return false;
      case BTF_KIND.INT:
      case BTF_KIND.FLOAT:
        return false;
      default:
        return true;
    }
  }
}
