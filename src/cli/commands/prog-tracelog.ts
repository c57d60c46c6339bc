import type { Handler } from '../context.ts';
import { errNotSupported } from '../errors.ts';
import type { Json } from '../render/json.ts';

/** Prints the trace pipe until it is interrupted. */
export const progTracelog: Handler = async (context, words) => {
  if (words.is('stdout') || words.is('stderr')) throw errNotSupported('ebpfts prog tracelog stdout|stderr PROG');
  const { system } = await context.session();
  const signal = context.io.interrupted();
  return { stream: pieces(system.tracePipe(signal)), signal };
};

async function* pieces(lines: AsyncIterable<string>): AsyncGenerator<{ plain: string; json: Json }> {
  for await (const line of lines) {
    const whole = line.endsWith('\n') ? line : `${line}\n`;
    yield { plain: whole, json: whole };
  }
}
