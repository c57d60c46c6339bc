import type { Btf } from '../btf.ts';
import type { BtfId } from '../model.ts';
import type { BpftoolForm } from './form.ts';
import { taggedKfuncs, writeKfuncs } from './kfuncs.ts';
import { CPrinter } from './printer.ts';

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
  const { form = '7.5', roots, kfuncs = [] } = options;
  const printer = new CPrinter(btf, form);
  printer.write(form === '7.5' ? HEAD : HEAD + FASTCALL);
  if (roots !== undefined) {
    for (const id of roots) printer.define(id);
    for (const id of kfuncs) printer.prepare(btf.third(id));
    if (kfuncs.length > 0) writeKfuncs(btf, printer, { kfuncs, form });
  } else {
    printer.defineAll({ sorted: options.unsorted !== true });
    writeKfuncs(btf, printer, { kfuncs: taggedKfuncs(btf, form), form });
  }
  printer.write(TAIL);
  return printer.text();
}
