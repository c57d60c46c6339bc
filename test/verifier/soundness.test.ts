import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { parseBtf } from '../../src/btf/index.ts';
import { profileOf618 } from '../support/profile.ts';
import { shippedKernelBtf } from '../support/samples.ts';
import { Emulated } from '../support/soundness/emulated.ts';
import { generateProgram } from '../support/soundness/generate.ts';
import { digestOf, lastLine, parseRecorded } from '../support/soundness/recorded.ts';
import { loadAttr, prepareEmulated, type Setting } from '../support/soundness/setting.ts';

/** What Linux 6.18 said of the programs of some seeds. */
const recorded = parseRecorded(readFileSync('test/data/verifier/generated-6.18.tsv', 'utf8'));
const types = shippedKernelBtf();
const emulated = new Emulated(profileOf618(types, { CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY: 'y' }));
let setting: Setting;

beforeAll(async () => {
  setting = await prepareEmulated(emulated.process, parseBtf(types));
});

test('generated programs get the verdict of Linux, and no run leaves what the verifier believed', () => {
  const wrong: string[] = [];
  const counts = { accepted: 0, refused: 0, runs: 0 };
  for (const { seed, digest, errno, message } of recorded) {
    const program = generateProgram(seed);
    expect(digestOf(program), `the generator changed (seed ${seed}): record anew`).toBe(digest);
    const loaded = emulated.load(loadAttr(program, setting), 4);
    const verdict = loaded.accepted ? '' : lastLine(loaded.log);
    if (loaded.crash) wrong.push(`seed ${seed}: ${loaded.crash}`);
    else if (loaded.accepted !== (errno === 0) || verdict !== message) {
      wrong.push(`seed ${seed}: says '${verdict}', Linux: ${errno} '${message}'`);
    }
    counts[loaded.accepted ? 'accepted' : 'refused']++;
    if (loaded.result < 0) continue;
    const followed = emulated.run(loaded.result, { progType: program.kind.progType, seed });
    counts.runs += followed.runs;
    for (const text of followed.wrong) wrong.push(`seed ${seed}: ${text}`);
    emulated.process.close(loaded.result);
  }
  expect(wrong).toEqual([]);
  expect(counts.accepted).toBeGreaterThan(recorded.length / 3);
  expect(counts.refused).toBeGreaterThan(recorded.length / 5);
  expect(counts.runs).toBeGreaterThan(counts.accepted);
});
