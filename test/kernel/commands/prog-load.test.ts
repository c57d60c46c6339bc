import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createKernel } from '../../../src/kernel/index.ts';
import { errnoName } from '../../../src/syscall/index.ts';
import { bpf_prog_type } from '../../../src/uapi/index.ts';
import { tinyProfile } from '../../support/tiny-kernel.ts';

interface LoadRow {
  readonly t: number;
  readonly r0: number;
  readonly eat?: number;
  readonly name?: string;
  readonly flags?: number;
  readonly count?: number;
  readonly ifindex?: number;
  readonly btf_id?: number;
  readonly attach_fd?: number;
  readonly result: string;
}

interface DebugRow {
  readonly name: string;
  readonly insns: string;
  readonly funcInfo: readonly (readonly number[])[];
  readonly funcInfoRecSize: number;
  readonly lineInfo: readonly (readonly number[])[];
  readonly lineInfoRecSize: number;
  readonly result: string;
  readonly log: string;
}

interface Recorded {
  readonly load: readonly LoadRow[];
  readonly btf: string;
  readonly debugInfo: readonly DebugRow[];
}

interface Matrix {
  readonly letters: Readonly<Record<string, string>>;
  readonly load: Readonly<Record<string, string>>;
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(`test/data/kernel/${name}`, 'utf8')) as T;
}

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const program = (r0: number) => Uint8Array.of(0xb7, 0, 0, 0, r0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
const nameOf = (result: number) => (result < 0 ? errnoName(result) : 'OK');

const recorded = readJson<Recorded>('prog-load.json');
const kernel = createKernel({ profile: tinyProfile() });

/** Types that the recording kernel was not built with, or that its policy refuses. */
function isComparable(type: number, result: string): boolean {
  return type !== bpf_prog_type.BPF_PROG_TYPE_LIRC_MODE2 && result !== 'EPERM';
}

test('attributes of a load get the answers that Linux 6.18 gave', () => {
  const rows = recorded.load.filter((row) => isComparable(row.t, row.result));
  const answers = rows.map((row) => {
    const system = kernel.openProcess();
    const result = system.progLoad({
      progType: row.t,
      insns: program(row.r0).slice(0, row.count === undefined ? undefined : row.count * 8),
      license: 'GPL',
      progName: row.name,
      progFlags: row.flags,
      expectedAttachType: row.eat,
      progIfindex: row.ifindex,
      attachBtfId: row.btf_id,
      attachProgFd: row.attach_fd,
    });
    system.exit();
    return { ...row, result: nameOf(result) };
  });
  expect(answers).toEqual(rows);
  expect(rows.length).toBeGreaterThan(120);
});

test('every expected attach type of every program type gets the answer that Linux 6.18 gave', () => {
  const { letters, load } = readJson<Matrix>('attach-types.json');
  for (const [type, answers] of Object.entries(load)) {
    const mine = [...answers].map((letter, expectedAttachType) => {
      if (!isComparable(Number(type), letters[letter])) return letter;
      const system = kernel.openProcess();
      const result = system.progLoad({ progType: Number(type), insns: program(1), license: 'GPL', expectedAttachType });
      system.exit();
      return nameOf(result) === letters[letter] ? letter : `(${nameOf(result)})`;
    });
    expect(`${type} ${mine.join('')}`).toBe(`${type} ${answers}`);
  }
});

test('a million instructions load, one more is -E2BIG', () => {
  const system = kernel.openProcess();
  const insns = new Uint8Array(8 * 1_000_001).fill(0);
  for (let i = 0; i < 1_000_001; i++) insns[8 * i] = 0xb7;
  insns[8 * 1_000_000] = 0x95;
  expect(nameOf(system.progLoad({ progType: 1, insns, license: 'GPL' }))).toBe('E2BIG');
});

describe('debug records', () => {
  const records = (rows: readonly (readonly number[])[], size: number) => {
    const bytes = new Uint8Array(rows.length * size);
    const view = new DataView(bytes.buffer);
    for (const [i, row] of rows.entries())
      for (const [j, word] of row.entries()) view.setUint32(i * size + 4 * j, word, true);
    return bytes;
  };
  for (const row of recorded.debugInfo) {
    test(`${row.name}: ${row.result}, with the log of Linux 6.18`, () => {
      const system = kernel.openProcess();
      const log = { level: 1, text: '' };
      const result = system.progLoad({
        progType: 1,
        insns: hex(row.insns),
        license: 'GPL',
        progBtfFd: system.btfLoad({ btf: hex(recorded.btf) }),
        funcInfo: records(row.funcInfo, row.funcInfoRecSize),
        funcInfoRecSize: row.funcInfoRecSize,
        lineInfo: records(row.lineInfo, row.lineInfoRecSize),
        lineInfoRecSize: row.lineInfoRecSize,
        log,
      });
      expect(nameOf(result)).toBe(row.result);
      if (result < 0) expect(log.text).toBe(row.log);
      system.exit();
    });
  }
});
