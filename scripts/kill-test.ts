import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWriter, killWriters, writeAtOnce } from '../test/machine/kills.ts';

/*
 * Kills 200 processes by SIGKILL while they load programs and update maps of one machine, and lets 8 processes write to
 * one machine at once; says what was lost or half there. Takes about two minutes.
 *
 *   npx tsx scripts/kill-test.ts [KILLS] [WRITERS]
 */
const KILLS = Number(process.argv[2] ?? 200);
const WRITERS = Number(process.argv[3] ?? 8);
const STEPS = 25;
const LONGEST_DELAY_MS = 60;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ebpfts-kill-'));
  const writer = buildWriter();
  const begin = Date.now();
  const delay = () => Math.random() * LONGEST_DELAY_MS;
  const killed = await killWriters(writer, { path: join(folder, 'killed'), kills: KILLS, delay });
  console.log(`${killed.killed} kills, ${killed.steps} steps done, ${((Date.now() - begin) / 1000).toFixed(0)} s`);
  const shared = await writeAtOnce(writer, { path: join(folder, 'shared'), writers: WRITERS, steps: STEPS });
  console.log(`${WRITERS} writers at once, ${WRITERS * STEPS} steps`);
  const mistakes = [...killed.mistakes, ...shared];
  for (const mistake of mistakes) console.log(mistake);
  console.log(mistakes.length === 0 ? 'nothing lost, nothing half there' : `${mistakes.length} mistakes`);
  rmSync(folder, { recursive: true });
  process.exitCode = mistakes.length === 0 ? 0 : 1;
}

await main();
