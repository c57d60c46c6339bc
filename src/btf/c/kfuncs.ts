import type { Btf } from '../btf.ts';
import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import type { BpftoolForm } from './form.ts';
import { compareStrings } from './names.ts';
import type { CPrinter } from './printer.ts';

const KFUNC_TAG = 'bpf_kfunc';
const FASTCALL_TAG = 'bpf_fastcall';
/** A declaration tag with this index is of the function itself, not of a parameter. */
const WHOLE = 0xffff_ffff;

/** FUNCs with that tag, in the order of the tags. */
function taggedFuncs(btf: Btf, tag: string): BtfId[] {
  const { words, index } = btf;
  const found: BtfId[] = [];
  for (let id = 0; (id = btf.kinds.indexOf(BTF_KIND.DECL_TAG, id + 1)) > 0; ) {
    if (words[index[id] + 3] !== WHOLE) continue;
    const func = btf.third(id);
    if (btf.strings.equals(words[index[id]], tag) && btf.kinds[func] === BTF_KIND.FUNC) found.push(func);
  }
  return found;
}

/** FUNCs that are tagged as kfuncs: in the order of the tags, or (7.8) by name. */
export function taggedKfuncs(btf: Btf, form: BpftoolForm): BtfId[] {
  const { words, index } = btf;
  const nameOf = (id: BtfId) => words[index[id]];
  const kfuncs = taggedFuncs(btf, KFUNC_TAG);
  if (form !== '7.5') kfuncs.sort((a, b) => compareStrings(btf.strings.bytes, nameOf(a), nameOf(b)));
  return kfuncs;
}

/** Prototypes of kfuncs. */
export function writeKfuncs(
  btf: Btf,
  printer: CPrinter,
  { kfuncs, form }: { kfuncs: readonly BtfId[]; form: BpftoolForm },
): void {
  const { words, index } = btf;
  const fastcalls = new Set(form === '7.5' ? [] : taggedFuncs(btf, FASTCALL_TAG));
  printer.write('\n/* BPF kfuncs */\n#ifndef BPF_NO_KFUNC_PROTOTYPES\n');
  for (const func of kfuncs) {
    printer.write(fastcalls.has(func) ? 'extern __bpf_fastcall ' : 'extern ');
    printer.declare(btf.third(func), words[index[func]]);
    printer.write(' __weak __ksym;\n');
  }
  printer.write('#endif\n\n');
}
