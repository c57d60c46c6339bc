import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { randomProgram } from '../support/random-program.ts';
import { createTestMachine, ENGINES, r0 } from '../support/vm-machine.ts';

/** What BPF_PROG_TEST_RUN of Linux 6.18 on x86-64 gave back for the programs of seeds 0, 1, …: u32, little-endian. */
const recorded = Buffer.from(readFileSync('test/data/random-programs-6.18.txt', 'utf8'), 'base64');

test.each(ENGINES)('2,000 random programs give what the kernel gave: %s', (engine) => {
  const { run } = createTestMachine({}, engine);
  const different: number[] = [];
  for (let seed = 0; seed < recorded.length / 4; seed++) {
    const insns = randomProgram(seed);
    const result = r0(run({ name: 'random', insns, subprograms: [0], textBase: 0n, verified: true }));
    if (Number(BigInt.asUintN(32, result)) !== recorded.readUInt32LE(4 * seed)) different.push(seed);
  }
  expect(recorded.length / 4).toBe(2000);
  expect(different).toEqual([]);
});
