import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { parseBtf } from '../../src/btf/index.ts';
import { profileOf618 } from '../support/profile.ts';
import { shippedKernelBtf } from '../support/samples.ts';
import { Emulated } from '../support/soundness/emulated.ts';
import { generateProgram } from '../support/soundness/generate.ts';
import { PROGRAM_KINDS } from '../support/soundness/program-kinds.table.ts';
import { digestOf, lastLine, parseRecorded, type RecordedVerdict } from '../support/soundness/recorded.ts';
import { loadAttr, prepareEmulated, type Setting } from '../support/soundness/setting.ts';

/** What Linux 6.18 said of the programs of some seeds. */
const recorded = parseRecorded(readFileSync('test/data/verifier/generated-6.18.tsv', 'utf8'));
const types = shippedKernelBtf();
const emulated = new Emulated(profileOf618(types, { CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY: 'y' }));
let setting: Setting;

beforeAll(async () => {
  setting = await prepareEmulated(emulated.process, parseBtf(types));
});

for (const [index, { progType }] of PROGRAM_KINDS.entries()) {
  const rows = recorded.filter(({ seed }) => seed % PROGRAM_KINDS.length === index);
  test(`generated programs of type ${progType} get the verdict of Linux, and no run leaves what was believed`, () => {
    const wrong: string[] = [];
    const counts = { accepted: 0, refused: 0, runs: 0 };
    for (const row of rows) {
      const { accepted, followed } = check(row, wrong);
      counts[accepted ? 'accepted' : 'refused']++;
      counts.runs += followed?.runs ?? 0;
    }
    expect(wrong).toEqual([]);
    expect(counts.accepted).toBeGreaterThan(rows.length / 4);
    expect(counts.refused).toBeGreaterThan(rows.length / 10);
    expect(counts.runs).toBeGreaterThan(counts.accepted);
  });
}

/** Compares one program's verdict with the recorded one, and follows it where it is accepted. */
function check({ seed, digest, errno, message }: RecordedVerdict, wrong: string[]) {
  const program = generateProgram(seed);
  expect(digestOf(program), `the generator changed (seed ${seed}): record anew`).toBe(digest);
  const { accepted, result, log, crash } = emulated.load(loadAttr(program, setting), 4);
  const said = accepted ? '' : lastLine(log);
  if (crash) wrong.push(`seed ${seed}: ${crash}`);
  else if (accepted !== (errno === 0) || said !== message) {
    wrong.push(`seed ${seed}: says '${said}', Linux: ${errno} '${message}'`);
  }
  if (result < 0) return { accepted };
  const followed = emulated.run(result, { progType: program.kind.progType, seed });
  for (const text of followed.wrong) wrong.push(`seed ${seed}: ${text}`);
  emulated.process.close(result);
  return { accepted, followed };
}
