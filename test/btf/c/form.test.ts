import { describe, expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/base/index.ts';
import { type BpftoolForm, BtfBuilder, formatBtfC, parseBtf } from '../../../src/btf/index.ts';

/** Two kfuncs against the alphabet, one of them a fast call, and a type tag that is another attribute. */
function blob(): Uint8Array {
  const builder = new BtfBuilder();
  builder.add({ kind: 'INT', name: 'int', size: 4, bits: 32, bitsOffset: 0, signed: true, char: false, bool: false });
  builder.add({ kind: 'TYPE_TAG', name: 'address_space(1)', type: 1, attribute: true });
  builder.add({ kind: 'PTR', name: '', type: 2 });
  builder.add({ kind: 'TYPE_TAG', name: 'rcu', type: 1, attribute: false });
  builder.add({ kind: 'PTR', name: '', type: 4 });
  builder.add({ kind: 'FUNC_PROTO', name: '', returnType: 3, params: [{ name: 'p', type: 5 }] });
  const tag = (name: string, type: number, componentIndex = -1) =>
    builder.add({ kind: 'DECL_TAG', name, type, componentIndex, attribute: false });
  for (const name of ['bpf_later', 'bpf_early', 'bpf_plain']) {
    const id = builder.add({ kind: 'FUNC', name, type: 6, linkage: 'static' });
    tag('bpf_kfunc', id, name === 'bpf_plain' ? 0 : -1);
    if (name === 'bpf_early') tag('bpf_fastcall', id);
  }
  return builder.encode();
}

const FASTCALL = `#ifndef __bpf_fastcall
#if __has_attribute(bpf_fastcall)
#define __bpf_fastcall __attribute__((bpf_fastcall))
#else
#define __bpf_fastcall
#endif
#endif

`;

/** As the bpftool of that version prints it. */
const KFUNCS: readonly [BpftoolForm, string][] = [
  [
    '7.5',
    `extern int __attribute__((btf_type_tag("address_space(1)"))) *bpf_later(int __attribute__((btf_type_tag("rcu"))) *p) __weak __ksym;
extern int __attribute__((btf_type_tag("address_space(1)"))) *bpf_early(int __attribute__((btf_type_tag("rcu"))) *p) __weak __ksym;
`,
  ],
  [
    '7.8',
    `extern __bpf_fastcall int __attribute__((address_space(1))) *bpf_early(int __attribute__((btf_type_tag("rcu"))) *p) __weak __ksym;
extern int __attribute__((address_space(1))) *bpf_later(int __attribute__((btf_type_tag("rcu"))) *p) __weak __ksym;
`,
  ],
];

describe('the C form of bpftool', () => {
  const btf = parseBtf(blob());
  test.for(KFUNCS)('%s has its kfuncs and attributes', ([form, kfuncs]) => {
    const text = decodeUtf8(formatBtfC(btf, { form }));
    expect(text).toContain(`\n/* BPF kfuncs */\n#ifndef BPF_NO_KFUNC_PROTOTYPES\n${kfuncs}#endif\n\n`);
    expect(text.includes(FASTCALL)).toBe(form === '7.8');
  });

  test('7.5 is the default', () => expect(formatBtfC(btf)).toEqual(formatBtfC(btf, { form: '7.5' })));

  test('7.8 has the macro also where only roots are dumped', () => {
    const text = decodeUtf8(formatBtfC(btf, { form: '7.8', roots: [1] }));
    expect(text).toContain(FASTCALL);
    expect(text).not.toContain('kfunc');
  });
});
