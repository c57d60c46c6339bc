import type { Machine } from '../../machine/index.ts';
import type { Context, Handler } from '../context.ts';
import { errNotSupported } from '../errors.ts';
import { pause } from '../io.ts';
import type { Json } from '../render/json.ts';
import type { Access } from '../session.ts';

/** How often the machine is looked at; it is not held meanwhile. */
const INTERVAL_MS = 200;

/** Prints the trace pipe, also what other processes on the machine print, until it is interrupted. */
export const progTracelog: Handler = (context, words) => {
  if (words.is('stdout') || words.is('stderr')) throw errNotSupported('ebpfts prog tracelog stdout|stderr PROG');
  const signal = context.io.interrupted();
  return { stream: pieces(context, signal), signal };
};

async function* pieces({ machine }: Context, signal: AbortSignal): AsyncGenerator<{ plain: string; json: Json }> {
  const opened = await machine();
  while (!signal.aborted) {
    // A look at a snapshot waits for nobody; only lines that are there are worth the lock.
    const waiting = await takeLines(opened, 'read');
    for (const text of waiting.length > 0 ? await takeLines(opened, 'write') : []) {
      // What a program prints may itself have line feeds.
      for (const line of text.split('\n')) yield { plain: `${line}\n`, json: `${line}\n` };
    }
    await pause(INTERVAL_MS, signal);
  }
}

async function takeLines(machine: Machine, access: Access): Promise<string[]> {
  const { openSession } = await import('../session.ts');
  const session = openSession(machine, access);
  const lines: string[] = [];
  for await (const line of session.system.tracePipe(AbortSignal.abort())) lines.push(line);
  await session.close();
  return lines;
}
