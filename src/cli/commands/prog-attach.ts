import { attachTypeNames } from '../../catalog/index.ts';
import { isErrno, type ProgAttachAttr } from '../../syscall/index.ts';
import { bpf_attach_type, errno } from '../../uapi/index.ts';
import type { Context, Handler } from '../context.ts';
import { CliError } from '../errors.ts';
import { takeMap, takeProg } from '../refs.ts';
import { DONE } from '../report.ts';
import { isPrefix, type Words } from '../words.ts';

/** Older names of attach types; these may be cut short. */
const SHORT_NAMES: readonly (readonly [name: string, type: number])[] = [
  ['msg_verdict', bpf_attach_type.BPF_SK_MSG_VERDICT],
  ['skb_verdict', bpf_attach_type.BPF_SK_SKB_VERDICT],
  ['stream_verdict', bpf_attach_type.BPF_SK_SKB_STREAM_VERDICT],
  ['stream_parser', bpf_attach_type.BPF_SK_SKB_STREAM_PARSER],
  ['flow_dissector', bpf_attach_type.BPF_FLOW_DISSECTOR],
];

const errInvalid = (message: string) => new CliError({ code: 'CLI_FAILED', message, status: -errno.EINVAL });

function attachTypeOf(word: string | undefined): number {
  const exact = attachTypeNames.indexOf(word ?? '');
  if (SHORT_NAMES.some(([, type]) => type === exact)) return exact;
  const short = SHORT_NAMES.find(([name]) => isPrefix(word, name));
  if (short === undefined) throw errInvalid('invalid attach/detach type');
  return short[1];
}

function need(words: Words, count: number): void {
  if (words.count >= count) return;
  throw errInvalid(`'${words.previous}' needs at least ${count} arguments, ${words.count} found`);
}

/** Takes `PROG ATTACH_TYPE [MAP]`. */
async function takeAttachment(context: Context, words: Words): Promise<ProgAttachAttr> {
  need(words, 3);
  const { objects } = await context.session();
  const progFd = takeProg(objects, words);
  const attachType = attachTypeOf(words.peek);
  if (attachType === bpf_attach_type.BPF_FLOW_DISSECTOR) return { progFd, attachType, target: 0 };
  words.take();
  need(words, 2);
  return { progFd, attachType, target: takeMap(objects, words) };
}

export const progAttach: Handler = async (context, words) => {
  const attr = await takeAttachment(context, words);
  const { system } = await context.session();
  if (isErrno(system.progAttach(attr))) throw errInvalid('failed prog attach to map');
  return DONE;
};

export const progDetach: Handler = async (context, words) => {
  const attr = await takeAttachment(context, words);
  const { system } = await context.session();
  if (isErrno(system.progDetach(attr))) throw errInvalid('failed prog detach from map');
  return DONE;
};
