import { describe, expect, test } from 'vitest';
import { decodeUtf8, toHex } from '../../../src/base/index.ts';
import type { ProgTestRunResult } from '../../../src/syscall/index.ts';
import { loadPrograms, parseRun, runtimeData, runtimeKernel } from '../../support/runtime-kernel.ts';

const kernel = runtimeKernel();

/** Recorded answers by object and then by program: the run and what came. */
const facts = new Map<string, Map<string, [string, string][]>>();
for (const line of decodeUtf8(runtimeData('test-run-6.18.txt')).split('\n').slice(1, -1)) {
  const [subject, run, answer] = line.split('|');
  const [object, program] = subject.split(' ');
  const programs = facts.get(object) ?? new Map<string, [string, string][]>();
  facts.set(object, programs);
  programs.set(program, [...(programs.get(program) ?? []), [run, answer]]);
}

/** The first 200 bytes, as they are recorded. */
const hex = (bytes?: Uint8Array) => (bytes ? toHex(bytes.subarray(0, 200)) : '');

function answer(result: ProgTestRunResult | number): string {
  if (typeof result === 'number') return String(result);
  const { errno, retval, dataSizeOut, ctxSizeOut, dataOut, ctxOut } = result;
  return `${errno} ${retval} ${dataSizeOut} ${ctxSizeOut} ${hex(dataOut)} ${hex(ctxOut)}`;
}

describe.each([...facts])('BPF_PROG_TEST_RUN of %s programs answers as Linux 6.18', (object, programs) => {
  const bytes = runtimeData(`${object}.bpf.o`);
  test.each([...programs])('%s', (program, runs) => {
    const system = kernel.openProcess();
    const loaded = loadPrograms(system, bytes, program);
    const fd = loaded.programs.find(({ name }) => name === program)?.fd ?? -1;
    const got = runs.map(([run]) => [run, answer(system.progTestRun(fd, parseRun(run)))]);
    system.exit();
    expect(got).toEqual(runs);
  });
});
