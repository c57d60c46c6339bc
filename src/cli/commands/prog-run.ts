import { isErrno, type ProgTestRunAttr, type ProgTestRunResult } from '../../syscall/index.ts';
import type { Context, Handler } from '../context.ts';
import { errFailed, errSystem } from '../errors.ts';
import { readInput, writeOutput } from '../files.ts';
import { takeProg } from '../refs.ts';
import { decimalJson, hexDump } from '../render/hex.ts';
import type { Json } from '../render/json.ts';
import { isPrefix, type Words } from '../words.ts';

/** Room for what comes out, where none is asked for. */
const DEFAULT_SIZE = 32 * 1024;

interface RunArguments {
  data_in?: string;
  data_out?: string;
  data_size_out?: number;
  ctx_in?: string;
  ctx_out?: string;
  ctx_size_out?: number;
  repeat?: number;
}

/** Words that share a beginning, which alone means none of them. */
const GROUPS: readonly (readonly (keyof RunArguments)[])[] = [
  ['data_in', 'data_out', 'data_size_out'],
  ['ctx_in', 'ctx_out', 'ctx_size_out'],
];
const FILES = ['data_in', 'data_out', 'ctx_in', 'ctx_out'] as const;
const NUMBERS = [
  ['data_size_out', 'output data size'],
  ['ctx_size_out', 'output context size'],
  ['repeat', 'repeat number'],
] as const;

function refuseAmbiguous(word: string | undefined): void {
  for (const group of GROUPS) {
    const meant = group.filter((name) => isPrefix(word, name));
    if (meant.length > 1) throw errFailed(`ambiguous prefix: '${word}' could be '${meant.join("' or '")}'`);
  }
}

function takeArguments(words: Words): RunArguments {
  const args: RunArguments = {};
  while (words.count > 0) {
    refuseAmbiguous(words.peek);
    const file = FILES.find((name) => words.is(name));
    const number = NUMBERS.find(([name]) => words.is(name));
    if (file === undefined && number === undefined) {
      throw errFailed(
        `expected no more arguments, 'data_in', 'data_out', 'data_size_out', 'ctx_in', 'ctx_out', 'ctx_size_out' or 'repeat', got: '${words.peek}'?`,
      );
    }
    words.take();
    words.need(1);
    if (file) args[file] = words.take();
    else if (number) args[number[0]] = words.takeU32(number[1]);
    if (args.data_in === '-' && args.ctx_in === '-') {
      throw errFailed('cannot use standard input for both data_in and ctx_in');
    }
  }
  return args;
}

/** `prog run`: BPF_PROG_TEST_RUN on data and a context from files. */
export const progRun: Handler = async (context, words) => {
  words.need(4);
  const { objects, system } = await context.session();
  const fd = takeProg(objects, words);
  const args = takeArguments(words);
  const attr = testRunAttr(context, args);
  const result = system.progTestRun(fd, attr);
  if (isErrno(result)) throw errSystem('failed to run program', result);
  const ran = result as ProgTestRunResult;
  if (ran.errno !== 0) throw errSystem('failed to run program', ran.errno);
  const outputs = [
    { name: 'data_out', path: args.data_out, bytes: ran.dataOut },
    { name: 'ctx_out', path: args.ctx_out, bytes: ran.ctxOut },
  ].filter((output) => output.path !== undefined && output.bytes !== undefined);
  for (const { path, bytes } of outputs) {
    if (path !== '-') writeOutput(path as string, bytes as Uint8Array, { problem: `failed to open ${path}` });
  }
  const shown = outputs.filter(({ path }) => path === '-');
  return {
    plain: () => {
      const average = (args.repeat ?? 1) > 1 ? ' (average)' : '';
      const dumps = shown.map(({ bytes }) => hexDump(bytes as Uint8Array)).join('');
      return `${dumps}Return value: ${ran.retval}, duration${average}: ${ran.duration}ns\n`;
    },
    json: () => {
      const data = shown.map(({ name, bytes }): [string, Json] => [name, decimalJson(bytes as Uint8Array)]);
      return { ...Object.fromEntries(data), retval: ran.retval, duration: ran.duration };
    },
  };
};

function testRunAttr({ io }: Context, args: RunArguments): ProgTestRunAttr {
  const read = (path: string | undefined) =>
    path === undefined ? undefined : readInput(io, path, { problem: `failed to open ${path}` });
  const dataIn = read(args.data_in);
  const ctxIn = read(args.ctx_in);
  return {
    dataIn,
    dataSizeOut: dataIn === undefined ? args.data_size_out : args.data_size_out || DEFAULT_SIZE,
    ctxIn,
    ctxSizeOut: ctxIn === undefined ? args.ctx_size_out : args.ctx_size_out || DEFAULT_SIZE,
    repeat: args.repeat ?? 1,
  };
}
