import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import type { BpftoolForm } from './form.ts';
import { taggedKfuncs, writeKfuncs } from './kfuncs.ts';
import { leadingTypes } from './lead.ts';
import { CPrinter } from './printer.ts';
import { CSort } from './sort.ts';

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
  const isEarly = new Uint8Array(btf.typeCount);
  const early: BtfId[] = [];
  for (let id = 0; id < btf.typeCount; id++) {
    if (!sort.isEarly(id)) continue;
    isEarly[id] = 1;
    early.push(id);
  }
  const skipped = early.length > 0 ? 1 : 0;
  for (const id of sort.sort(early).subarray(skipped)) printer.define(id);
  const leads = skipped === 1 ? leadingTypes(btf, (id) => printer.isOrdered(id)) : undefined;
  const rest: BtfId[] = [];
  for (let id = 0; id < btf.typeCount; id++) {
    if (isEarly[id] === 0 && canDefine(btf.kinds[id]) && (leads === undefined || leads[id] !== 0)) rest.push(id);
  }
  for (const id of sort.sort(rest).subarray(1 - skipped)) printer.define(id);
}

/** Kinds whose definition prints something, or leads to what does. */
function canDefine(kind: number): boolean {
  return kind !== BTF_KIND.FUNC && kind !== BTF_KIND.VAR && kind !== BTF_KIND.DATASEC && kind !== BTF_KIND.DECL_TAG;
}
