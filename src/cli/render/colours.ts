import type { Io } from '../io.ts';

/** Ways to set text off; all of them leave it as it is where output is no terminal. */
export interface Colours {
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly changed: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
}

const same = (text: string) => text;

/** NO_COLOR and FORCE_COLOR are heeded. @see https://no-color.org */
export async function coloursFor({ terminal, env }: Io): Promise<Colours> {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  if (!forced && (terminal === undefined || env.NO_COLOR || env.FORCE_COLOR === '0')) {
    return { added: same, removed: same, changed: same, strong: same, dim: same };
  }
  const { Chalk } = await import('chalk');
  const chalk = new Chalk(forced ? { level: 1 } : {});
  return { added: chalk.green, removed: chalk.red, changed: chalk.yellow, strong: chalk.bold, dim: chalk.dim };
}
