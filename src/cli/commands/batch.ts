import { readFileSync } from 'node:fs';
import { decodeUtf8 } from '../../base/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, strerror } from '../errors.ts';

/** Longest command of a batch, and the most words in one. */
const MAX_LINE = 65536;
const MAX_WORDS = 4096;

/** One command of a batch file. */
type BatchLine = { readonly words: readonly string[] } | { readonly problem: string };

/** A line's words; one that begins with a quote goes on to the next of its kind. */
function splitWords(line: string, number: number): BatchLine {
  const words: string[] = [];
  for (let at = 0; ; ) {
    while (at < line.length && ' \t\r\n'.includes(line[at])) at++;
    if (at >= line.length) return { words };
    if (words.length >= MAX_WORDS - 1) return { problem: `too many arguments to command ${number}` };
    const quote = line[at];
    let end: number;
    if (quote === "'" || quote === '"') {
      end = line.indexOf(quote, ++at);
      if (end < 0) return { problem: `unterminated quoted string in command ${number}` };
    } else {
      end = at;
      while (end < line.length && !' \t\r\n'.includes(line[end])) end++;
    }
    words.push(line.slice(at, end));
    at = end + 1;
  }
}

const withoutComment = (line: string): string => line.split('#', 1)[0];

/** The commands of a batch file: comments are dropped, lines that end in a backslash go on in the next. */
export function* batchLines(text: string): Generator<BatchLine> {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  for (let i = 0, number = 0; i < lines.length; i++) {
    let line = withoutComment(lines[i]);
    while (line.endsWith('\\') && withoutComment(lines[i]) === lines[i]) {
      if (i + 1 >= lines.length) return yield { problem: `missing continuation line on command ${number}` };
      line = line.slice(0, -1) + withoutComment(lines[++i]);
      if (line.length > MAX_LINE) return yield { problem: `command ${number} is too long` };
    }
    if (line.length >= MAX_LINE) return yield { problem: 'reading batch file failed: Argument list too long' };
    const command = splitWords(line, number);
    if ('words' in command && command.words.length === 0) continue;
    yield command;
    number++;
  }
}

function readBatch(path: string, stdin: () => Uint8Array): string {
  if (path === '-') return decodeUtf8(stdin());
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw errFailed(`Can't open file (${path}): ${strerror((error as { errno?: number }).errno ?? 0)}`);
  }
}

/** Runs the commands of a file until one fails. */
export const batch: Handler = async ({ io, printer, run }, words) => {
  if (words.count < 2) throw errFailed('too few parameters for batch');
  if (words.count > 2) throw errFailed('too many parameters for batch');
  if (!words.takeIf('file')) throw errFailed(`expected 'file', got: ${words.peek}`);
  const text = readBatch(words.take(), () => io.stdin());
  const { json } = printer;
  json?.begin('[');
  let processed = 0;
  let status = 0;
  for (const line of batchLines(text)) {
    if ('problem' in line) {
      printer.error(line.problem);
      status = -1;
      break;
    }
    json?.begin('{');
    json?.name('command');
    json?.value(line.words);
    json?.name('output');
    status = await run(line.words);
    json?.end('}');
    if (status !== 0) break;
    processed++;
  }
  json?.end(']');
  if (status === 0 && !json) printer.text(`processed ${processed} commands\n`);
  return { printed: true, status };
};
