// What BPF_LINK_CREATE answers for places in user programs.
import { describe, expect, test } from 'vitest';
import { createKernel } from '../../../src/kernel/index.ts';
import { errnoName, isErrno, type LinkCreateAttr, type LinkInfo, type System } from '../../../src/syscall/index.ts';
import { bpf_attach_type as A, bpf_link_type, bpf_prog_type } from '../../../src/uapi/index.ts';
import { tinyProfile } from '../../support/tiny-kernel.ts';

const BPF_TRACE_UPROBE_SESSION = 57;
const RETURN_0 = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

function load(system: System, expectedAttachType: number): number {
  return system.progLoad({
    progType: bpf_prog_type.BPF_PROG_TYPE_KPROBE,
    license: 'GPL',
    insns: RETURN_0,
    expectedAttachType,
  });
}

type Multi = NonNullable<LinkCreateAttr['uprobeMulti']>;
const GOOD: Multi = { path: '/bin/x', offsets: [16n, 32n], flags: 0, pid: 0 };

interface Row {
  readonly is: string;
  readonly answers: string;
  readonly version?: string;
  readonly attachType?: number;
  readonly expected?: number;
  readonly multi?: Partial<Multi>;
  readonly flags?: number;
}

const rows: readonly Row[] = [
  { is: 'two places', answers: 'a link' },
  { is: 'the return of two functions', answers: 'a link', multi: { flags: 1 } },
  { is: 'counters and cookies', answers: 'a link', multi: { refCtrOffsets: [2n, 4n], cookies: [1n, 2n] } },
  { is: 'a session', answers: 'a link', attachType: BPF_TRACE_UPROBE_SESSION },
  { is: 'no path', answers: 'EINVAL', multi: { path: '' } },
  { is: 'no places', answers: 'EINVAL', multi: { offsets: [] } },
  { is: 'other flags', answers: 'EINVAL', multi: { flags: 2 } },
  { is: 'flags of links', answers: 'EINVAL', flags: 1 },
  { is: 'a negative pid', answers: 'EINVAL', multi: { pid: -1 } },
  { is: 'a counter at an odd place', answers: 'EINVAL', multi: { refCtrOffsets: [2n, 3n] } },
  { is: 'a program for one place', answers: 'EINVAL', expected: 0 },
  { is: 'a program for sessions', answers: 'EINVAL', expected: BPF_TRACE_UPROBE_SESSION },
  { is: 'a kernel before 6.6', answers: 'EINVAL', version: '6.5.0' },
  { is: 'a session before 6.13', answers: 'EINVAL', version: '6.12.0', attachType: BPF_TRACE_UPROBE_SESSION },
];

describe('a link on many places of a user program', () => {
  test.for(rows)('$is: $answers', (row) => {
    const { version = '6.18.0', attachType = A.BPF_TRACE_UPROBE_MULTI, expected = attachType } = row;
    const system = createKernel({ profile: { ...tinyProfile(), version } }).openProcess();
    const progFd = load(system, expected);
    const made = system.linkCreate({
      progFd,
      attachType,
      flags: row.flags,
      uprobeMulti: { ...GOOD, ...row.multi },
    });
    expect(isErrno(made) ? errnoName(made) : 'a link').toBe(row.answers);
  });

  test('says in its info what it was given', () => {
    const system = createKernel({ profile: { ...tinyProfile(), version: '6.18.0' } }).openProcess();
    const attachType = A.BPF_TRACE_UPROBE_MULTI;
    const uprobeMulti = { ...GOOD, flags: 1, pid: 7, refCtrOffsets: [2n, 4n], cookies: [5n, 6n] };
    const fd = system.linkCreate({ progFd: load(system, attachType), attachType, uprobeMulti });
    expect(system.objGetInfoByFd(fd) as LinkInfo).toMatchObject({
      type: bpf_link_type.BPF_LINK_TYPE_UPROBE_MULTI,
      attach: {
        pid: 7,
        multi: {
          flags: 1,
          path: '/bin/x',
          funcs: [
            { address: 16n, refCtrOffset: 2n, cookie: 5n },
            { address: 32n, refCtrOffset: 4n, cookie: 6n },
          ],
        },
      },
    });
    expect(errnoName(system.linkDetach(fd) as number)).toBe('ENOTSUP');
  });
});
