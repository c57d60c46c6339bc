import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateUapi } from '../../scripts/generate-uapi.ts';
import { bpf_flags, uapi_structs } from '../../src/uapi/index.ts';

const root = join(import.meta.dirname, '../..');

test('the committed tables are what the generator writes', () => {
  for (const [file, text] of generateUapi(root)) {
    expect(readFileSync(join(root, 'src/uapi', file), 'utf8'), file).toBe(text);
  }
});

test('structs have the sizes and offsets that linux/bpf.h of 6.12 has', () => {
  expect(uapi_structs.xdp_md.size).toBe(24);
  expect(uapi_structs.xdp_md.fields.egress_ifindex).toEqual({ offset: 20, size: 4 });
  expect(uapi_structs.__sk_buff.fields.hwtstamp).toEqual({ offset: 184, size: 8 });
  expect(uapi_structs.bpf_prog_info.fields.gpl_compatible).toEqual({ offset: 84, size: 4, bit: 0, bits: 1 });
  expect(uapi_structs.bpf_link_info.fields['xdp.ifindex']).toEqual({ offset: 16, size: 4 });
  expect(uapi_structs.bpf_sock_tuple.fields['ipv6.dport']).toEqual({ offset: 34, size: 2 });
});

test('flags keep their sign and all of their bits', () => {
  expect(bpf_flags.BPF_F_CURRENT_NETNS).toBe(-1);
  expect(bpf_flags.BPF_RINGBUF_BUSY_BIT).toBe(2 ** 31);
  expect(bpf_flags.BPF_F_CTXLEN_MASK).toBe(0xf_ffff_0000_0000);
});
