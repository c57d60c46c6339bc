import { alignUp, ByteWriter } from '../base/index.ts';
import type { MapInfo } from '../syscall/index.ts';
import { bpf_map_type } from '../uapi/index.ts';
import { errFailed } from './errors.ts';
import type { KernelObjects } from './kernel-objects.ts';
import { takeMap, takeProg } from './refs.ts';
import { isMapOfMaps, isPerCpu } from './render/map-entry.ts';
import { isPrefix, parseUnsigned, type Words } from './words.ts';

/** What a command wants to know of an element. */
export interface ElementQuestion {
  readonly info: MapInfo;
  readonly key: boolean;
  readonly value: boolean;
  readonly flags: boolean;
}

/** What the words said; bytes in the machine's byte order. */
export interface ElementAnswer {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. */
  readonly flags: bigint;
}

const UPDATE_FLAGS: readonly (readonly [word: string, flag: bigint])[] = [
  ['any', 0n],
  ['noexist', 1n],
  ['exist', 2n],
];

/** Takes `key DATA`, `value VALUE` and update flags, in any order, until the words end. */
export function takeElement(objects: KernelObjects, words: Words, question: ElementQuestion): ElementAnswer {
  const { info } = question;
  const answer: { -readonly [K in keyof ElementAnswer]: ElementAnswer[K] } = {
    key: new Uint8Array(0),
    value: new Uint8Array(0),
    flags: 0n,
  };
  const open = { ...question };
  while (words.count > 0) {
    const flag = UPDATE_FLAGS.find(([word]) => words.is(word));
    if (words.is('key')) {
      if (!open.key) throw errFailed(`${question.key && info.keySize > 0 ? 'duplicate' : 'unnecessary'} key`);
      words.take();
      answer.key = takeBytes(words, 'key', info.keySize);
      open.key = false;
    } else if (words.is('value')) {
      if (!open.value) throw errFailed(`${question.value && info.valueSize > 0 ? 'duplicate' : 'unnecessary'} value`);
      words.take();
      answer.value = takeValue(objects, words, info);
      open.value = false;
    } else if (flag) {
      if (!open.flags) throw errFailed(`flags specified multiple times: ${words.peek}`);
      words.take();
      answer.flags = flag[1];
      open.flags = false;
    } else {
      throw errFailed(`expected key or value, got: ${words.peek}`);
    }
  }
  if (open.key) throw errFailed('did not find key');
  if (open.value) throw errFailed('did not find value');
  return answer;
}

/** Takes as many numbers as there are bytes, after `hex` without their `0x`. */
function takeBytes(words: Words, what: string, size: number): Uint8Array {
  const base = isPrefix(words.peek, 'hex') ? 16 : 0;
  if (base === 16) words.take();
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const word = words.peek;
    if (word === undefined) throw errFailed(`${what} expected ${size} bytes got ${i}`);
    const number = parseUnsigned(word, base);
    if (number === undefined) throw errFailed(`error parsing byte: ${word}`);
    bytes[i] = Number(number & 0xffn);
    words.take();
  }
  return bytes;
}

function takeValue(objects: KernelObjects, words: Words, info: MapInfo): Uint8Array {
  if (isMapOfMaps(info.type)) {
    if (words.count < 2) throw errFailed('not enough value arguments for map in map');
    return word(objects, takeMap(objects, words));
  }
  if (info.type === bpf_map_type.BPF_MAP_TYPE_PROG_ARRAY) {
    if (words.count < 2) throw errFailed('not enough value arguments for map of progs');
    return word(objects, takeProg(objects, words));
  }
  const bytes = takeBytes(words, 'value', info.valueSize);
  if (!isPerCpu(info.type)) return bytes;
  // Every CPU gets the same value.
  const { cpus } = objects.system.machineFacts();
  const step = alignUp(info.valueSize, 8);
  const all = new Uint8Array(step * cpus);
  for (let cpu = 0; cpu < cpus; cpu++) all.set(bytes, cpu * step);
  return all;
}

function word(objects: KernelObjects, value: number): Uint8Array {
  return new ByteWriter(objects.system.machineFacts().endian, 4).u32(value).toBytes();
}
