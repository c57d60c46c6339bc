import type { KernelProfile } from '../../catalog/index.ts';
import { columns } from './columns.ts';
import type { Json } from './json.ts';
import { csvField, type FileVerdict, verdictsJson, verdictWord } from './verdicts.ts';

/** What one kernel says of all programs. */
export interface KernelVerdicts {
  readonly profile: KernelProfile;
  /** The same programs in the same order for each kernel. */
  readonly verdicts: readonly FileVerdict[];
}

/** `5.10`: the series, as the user names kernels. */
const nameOf = ({ profile }: KernelVerdicts) => profile.version.replace(/^(\d+\.\d+).*/, '$1');

/** A column a kernel, and the words of the first that does not accept the program. */
export function kernelVerdictsPlain(kernels: readonly KernelVerdicts[]): string {
  const names = kernels.map(nameOf);
  const rows = kernels[0].verdicts.map(({ file, verdict: { program } }, row) => {
    const verdicts = kernels.map(({ verdicts }) => verdicts[row].verdict);
    const at = verdicts.findIndex(({ verdict }) => verdict !== 'accepted');
    const message = at < 0 ? '' : `${names[at]}: ${verdicts[at].message.split('\n')[0]}`;
    return [file, program, ...verdicts.map(({ verdict }) => verdict), message];
  });
  return columns({ head: ['file', 'program', ...names, 'message'], rows, styles: [] });
}

/** veristat's names for what all kernels share; a verdict, then a message for each kernel. */
export function* kernelVerdictsCsv(kernels: readonly KernelVerdicts[]): Generator<string> {
  const names = kernels.map(nameOf);
  const head = ['file_name', 'prog_name', ...names.map((name) => `verdict_${name}`)];
  yield `${[...head, ...names.map((name) => `message_${name}`)].join(',')}\n`;
  for (const [row, { file, verdict }] of kernels[0].verdicts.entries()) {
    const verdicts = kernels.map(({ verdicts }) => verdicts[row].verdict);
    const fields = [file, verdict.program, ...verdicts.map(verdictWord), ...verdicts.map(({ message }) => message)];
    yield `${fields.map(csvField).join(',')}\n`;
  }
}

/** The form of one kernel, once for each. @see docs/verifier-report.md */
export function kernelVerdictsJson(kernels: readonly KernelVerdicts[]): Json {
  return kernels.map(({ profile, verdicts }) => verdictsJson(verdicts, profile) as unknown as Json);
}
