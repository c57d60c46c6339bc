import { sha256, toHex } from '../../../src/base/index.ts';
import type { GeneratedProgram } from './generate.ts';

/** What the running kernel said of the program of a seed. */
export interface RecordedVerdict {
  readonly seed: number;
  /** Of the instructions, so that a change of the generator is seen. */
  readonly digest: string;
  /** Negative errno; 0 where it was accepted. */
  readonly errno: number;
  /** Last line of the log. */
  readonly message: string;
}

export function digestOf({ insns }: GeneratedProgram): string {
  return toHex(sha256(insns.bytes)).slice(0, 8);
}

/** The last line of a log that is not about what was counted. */
export function lastLine(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(processed|verification time|stack depth) /.test(line));
  return lines.at(-1) ?? '';
}

export function formatRecorded({ seed, digest, errno, message }: RecordedVerdict): string {
  return `${seed}\t${digest}\t${errno}\t${message}`;
}

export function parseRecorded(text: string): RecordedVerdict[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [seed, digest, errno, message] = line.split('\t');
      return { seed: Number(seed), digest, errno: Number(errno), message };
    });
}
