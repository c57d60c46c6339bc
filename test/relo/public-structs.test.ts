import { describe, expect, test } from 'vitest';
import { parseBtf } from '../../src/btf/index.ts';
import { openObject } from '../../src/object/index.ts';
import { relocateObject } from '../../src/relo/index.ts';
import { sampleObject, shippedKernelBtf } from '../support/samples.ts';

const kernel = parseBtf(shippedKernelBtf());
const open = (name: string) => openObject(sampleObject(`clang-19/el/${name}.bpf.o`), { name });

describe('on a kernel whose BTF is not at hand', () => {
  test.each(['xdp_redirect', 'socket_filter', 'sockops_rtt', 'cgroup_connect4', 'tc_nat', 'sk_lookup'])(
    '%s, which reads only structures that every kernel shares, becomes what it is with the BTF',
    (name) => {
      const without = relocateObject(open(name), { target: undefined });
      const withBtf = relocateObject(open(name), { target: kernel });
      expect(without.programs.map(({ insns }) => [...insns.bytes])).toEqual(
        withBtf.programs.map(({ insns }) => [...insns.bytes]),
      );
    },
  );

  test.each([
    ['core_reads', 'task_struct'],
    ['tracepoint_openat', 'trace_event_raw_sys_enter'],
  ])('%s is not guessed: it reads %s', (name, struct) => {
    expect(() => relocateObject(open(name), { target: undefined })).toThrow(`CO-RE of '${struct}' needs the BTF`);
  });
});
