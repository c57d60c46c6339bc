import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createKernel } from '../../../src/kernel/index.ts';
import { errnoName, type System } from '../../../src/syscall/index.ts';
import { bpf_attach_type, bpf_prog_type } from '../../../src/uapi/index.ts';
import { tinyProfile } from '../../support/tiny-kernel.ts';

interface Row {
  readonly type: number;
  readonly expected: number;
  readonly answers: string;
}

const recorded = JSON.parse(readFileSync('test/data/kernel/attach-types.json', 'utf8')) as {
  letters: Record<string, string>;
  link: readonly Row[];
  attach: readonly Row[];
};

const t = bpf_attach_type;
const NETKIT: readonly number[] = [t.BPF_NETKIT_PRIMARY, t.BPF_NETKIT_PEER];
const DEVICES: readonly number[] = [t.BPF_TCX_INGRESS, t.BPF_TCX_EGRESS, ...NETKIT];
/** Attach types that the recording kernel was not built with. */
const ABSENT: readonly number[] = [...NETKIT, t.BPF_TRACE_KPROBE_MULTI, t.BPF_TRACE_KPROBE_SESSION];
const NO_FD = 999;
const NO_DEVICE = 99999;

const program = (r0: number) => Uint8Array.of(0xb7, 0, 0, 0, r0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);

function loadOf(system: System, { type, expected }: Row): number {
  const sleepable = type === bpf_prog_type.BPF_PROG_TYPE_SYSCALL ? 16 : 0;
  const attr = { progType: type, license: 'GPL', expectedAttachType: expected, progFlags: sleepable };
  const fd = system.progLoad({ ...attr, insns: program(1) });
  return fd >= 0 ? fd : system.progLoad({ ...attr, insns: program(0) });
}

function compare(rows: readonly Row[], attach: (system: System, progFd: number, attachType: number) => number): void {
  for (const row of rows) {
    const system = createKernel({ profile: tinyProfile() }).openProcess();
    const fd = loadOf(system, row);
    const mine = [...row.answers].map((letter, attachType) => {
      if (ABSENT.includes(attachType)) return letter;
      const name = errnoName(attach(system, fd, attachType));
      return name === recorded.letters[letter] ? letter : `(${attachType}: ${name})`;
    });
    expect(`${row.type} ${mine.join('')}`).toBe(`${row.type} ${row.answers}`);
  }
}

test('BPF_LINK_CREATE on nothing is refused as Linux 6.18 refused it, for every program and attach type', () => {
  compare(recorded.link, (system, progFd, attachType) => {
    const device = DEVICES.includes(attachType) || attachType === t.BPF_XDP;
    return system.linkCreate({ progFd, attachType, target: device ? NO_DEVICE : NO_FD });
  });
});

test('BPF_PROG_ATTACH to nothing is refused as Linux 6.18 refused it, for every program and attach type', () => {
  compare(recorded.attach, (system, progFd, attachType) =>
    system.progAttach({ progFd, attachType, target: DEVICES.includes(attachType) ? NO_DEVICE : NO_FD }),
  );
});
