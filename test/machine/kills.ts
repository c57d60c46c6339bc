import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { countObjects, readState } from './state.ts';

/** Compiles `writer.ts` to one file, so that a process of it starts fast. @returns its path */
export function buildWriter(): string {
  const folder = join('node_modules', '.cache', 'ebpfts');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'writer.mjs');
  buildSync({
    entryPoints: ['test/machine/writer.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['lmdb'],
  });
  return outfile;
}

/** A writer's process: the last step that it reported done, and whether it ended by itself. */
export interface WriterRun {
  readonly reported: number;
  readonly ended: boolean;
  readonly stderr: string;
}

/** Runs a writer; kills it by SIGKILL `killAfterMs` after its first report. */
export function runWriter(
  writer: string,
  args: { readonly path: string; readonly label: string; readonly steps: number; readonly killAfterMs?: number },
): Promise<WriterRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, args.path, args.label, String(args.steps)]);
    let out = '';
    let stderr = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (data) => {
      out += data;
      if (args.killAfterMs !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), args.killAfterMs);
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const steps = out.split('\n').filter((line) => line !== '');
      resolve({ reported: steps.length, ended: code === 0, stderr });
    });
  });
}

/** Kills writers one after the other. @returns what was lost or half there, a line each; empty when nothing was */
export async function killWriters(
  writer: string,
  options: { readonly path: string; readonly kills: number; readonly delay: (kill: number) => number },
): Promise<{ readonly mistakes: string[]; readonly steps: number; readonly killed: number }> {
  const mistakes: string[] = [];
  let value = 0;
  let killed = 0;
  for (let kill = 0; kill < options.kills; kill++) {
    const { path } = options;
    const run = await runWriter(writer, { path, label: 'a', steps: 1_000_000, killAfterMs: options.delay(kill) });
    if (run.ended || run.stderr !== '') mistakes.push(`kill ${kill}: the writer ended by itself: ${run.stderr}`);
    else killed++;
    const state = readState(path, 'a');
    mistakes.push(...state.mistakes.map((mistake) => `kill ${kill}: ${mistake}`));
    const done = state.value - value;
    // A step may be done that the process was killed before it could report.
    if (done !== run.reported && done !== run.reported + 1) {
      mistakes.push(`kill ${kill}: ${run.reported} steps reported, ${done} done`);
    }
    value = state.value;
  }
  const objects = countObjects(options.path);
  if (objects.progs !== 1 || objects.maps !== 1)
    mistakes.push(`${objects.progs} programs, ${objects.maps} maps are left`);
  return { mistakes, steps: value, killed };
}

/** Runs several writers at once. @returns what was lost or half there */
export async function writeAtOnce(
  writer: string,
  options: { readonly path: string; readonly writers: number; readonly steps: number },
): Promise<string[]> {
  const { path, steps } = options;
  const labels = Array.from({ length: options.writers }, (_, i) => `writer${i}`);
  const runs = await Promise.all(labels.map((label) => runWriter(writer, { path, label, steps })));
  const mistakes = runs.flatMap((run, i) => {
    const state = readState(path, labels[i]);
    const wrong = state.mistakes.map((mistake) => `${labels[i]}: ${mistake}`);
    if (!run.ended || run.stderr !== '') wrong.push(`${labels[i]} did not end well: ${run.stderr}`);
    if (state.value !== steps || run.reported !== steps) {
      wrong.push(`${labels[i]}: ${run.reported} steps reported, ${state.value} done, ${steps} wanted`);
    }
    return wrong;
  });
  const objects = countObjects(path);
  if (objects.progs !== labels.length || objects.maps !== labels.length) {
    mistakes.push(`${objects.progs} programs and ${objects.maps} maps of ${labels.length} writers`);
  }
  return mistakes;
}
