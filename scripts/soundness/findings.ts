import type { Followed, Loaded } from '../../test/support/soundness/emulated.ts';
import { lastLine } from '../../test/support/soundness/recorded.ts';
import type { Candidate } from './source.ts';

/** What was said of one program, and what came of running it. */
export interface Outcome {
  readonly ours: Loaded;
  readonly theirs: { readonly result: number; readonly text: string };
  readonly followed: Followed | undefined;
}

/** EPERM, and ENOSPC: a log that was too long. */
const NOT_SAID: readonly number[] = [-1, -28];
/** What the running kernel says where it went wrong itself, or its arenas have no address because nobody mapped them. */
const NO_VERDICT = /verifier bug|arena's user address/;
const TOO_COMPLEX = /too large|complexity|too complex/;
const SHOWN = 4;

/** What was found, in classes: each with how often and for which programs. */
export class Findings {
  readonly #logs: boolean;
  readonly #classes = new Map<string, { count: number; names: string[] }>();
  #counted = {
    programs: 0,
    agree: 0,
    accepted: 0,
    refused: 0,
    'no verdict': 0,
    'too long': 0,
    runs: 0,
    steps: 0,
    compared: 0,
  };
  #messages = { refused: 0, equal: 0 };
  #insns = { ours: 0, theirs: 0 };
  #logsEqual = 0;

  /** @param logs whether logs are compared line by line */
  constructor(logs: boolean) {
    this.#logs = logs;
  }

  add({ name }: Candidate, { ours, theirs, followed }: Outcome): void {
    const counted = this.#counted;
    counted.programs++;
    const wanted = lastLine(theirs.text);
    if (ours.crash) {
      this.#note(`CRASH ${ours.crash}`, name);
      return;
    }
    if (ours.tooLong) {
      counted['too long']++;
      return;
    }
    for (const wrong of followed?.wrong ?? []) this.#note(`NOT AS BELIEVED ${generic(wrong)}`, name);
    counted.runs += followed?.runs ?? 0;
    counted.steps += followed?.steps ?? 0;
    counted.compared += followed?.compared ?? 0;
    const accepted = theirs.result >= 0;
    if (!accepted && (NOT_SAID.includes(theirs.result) || NO_VERDICT.test(wanted))) {
      counted['no verdict']++;
      return;
    }
    if (accepted !== ours.accepted) {
      const [kind, text] = accepted ? ['false refusal', lastLine(ours.log)] : ['FALSE ACCEPT', wanted];
      this.#note(
        `${TOO_COMPLEX.test(text) ? 'complexity, ' : ''}${kind} ${accepted ? ours.result : theirs.result}: ${generic(text)}`,
        name,
      );
      return;
    }
    counted.agree++;
    counted[accepted ? 'accepted' : 'refused']++;
    if (accepted) this.#compareCounts(name, ours.log, theirs.text);
    else this.#compareMessages(name, ours, { result: theirs.result, wanted });
    if (this.#logs) this.#compareLogs(name, ours.log, theirs.text);
  }

  #compareCounts(name: string, ours: string, theirs: string): void {
    const [a, b] = [processed(ours), processed(theirs)];
    this.#insns.ours += a;
    this.#insns.theirs += b;
    if (a !== b) this.#note(`insns: ${a > b ? 'more' : 'less'} than the kernel`, name);
  }

  #compareMessages(name: string, ours: Loaded, theirs: { result: number; wanted: string }): void {
    this.#messages.refused++;
    const got = lastLine(ours.log);
    if (got !== theirs.wanted) this.#note(`message: ${generic(got)}  <-  ${generic(theirs.wanted)}`, name);
    else if (ours.result !== theirs.result)
      this.#note(`errno ${ours.result} <- ${theirs.result}: ${generic(got)}`, name);
    else this.#messages.equal++;
  }

  #compareLogs(name: string, ours: string, theirs: string): void {
    const [a, b] = [normalised(theirs), normalised(ours)];
    const at = a.findIndex((line, i) => line !== b[i]);
    if (at >= 0) this.#note(`log:\n      - ${a[at]}\n      + ${b[at]}`, name);
    else this.#logsEqual++;
  }

  #note(kind: string, name: string): void {
    const known = this.#classes.get(kind) ?? { count: 0, names: [] };
    known.count++;
    if (known.names.length < SHOWN) known.names.push(name);
    this.#classes.set(kind, known);
  }

  counts(): string {
    const open = [...this.#classes].filter(([kind]) => /^(FALSE|NOT|CRASH)/.test(kind));
    const { ours, theirs } = this.#insns;
    return JSON.stringify({
      ...this.#counted,
      messages: `${this.#messages.equal}/${this.#messages.refused}`,
      insns: `${ours}/${theirs}`,
      open: open.reduce((sum, [, { count }]) => sum + count, 0),
    });
  }

  report(): string {
    const lines = [...this.#classes]
      .sort(([a, x], [b, y]) => rank(a) - rank(b) || y.count - x.count)
      .map(([kind, { count, names }]) => `${count}  ${kind}  (${names.join(', ')})`);
    if (this.#logs) lines.push(`${this.#logsEqual} logs equal`);
    return [...lines, this.counts()].join('\n');
  }
}

const ORDER = [/^CRASH/, /^NOT AS/, /^FALSE/, /^false refusal/, /^message/, /^errno/, /^insns/, /^log/];

function rank(kind: string): number {
  const at = ORDER.findIndex((pattern) => pattern.test(kind));
  return at < 0 ? ORDER.length : at;
}

function processed(log: string): number {
  return Number(/processed (\d+) insns/.exec(log)?.[1] ?? 0);
}

/** The text without what differs from program to program. */
function generic(text: string): string {
  return text
    .split('\n')[0]
    .replace(/-?\b(0x)?[0-9a-f]*[0-9][0-9a-f]*\b/g, 'N')
    .slice(0, 160);
}

function normalised(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/^(verification time|Live regs|func#|stack depth)/.test(line))
    .map((line) => line.replace(/0xffff[0-9a-f]{12}/g, 'ADDR').replace(/[ \t]+/g, ' '));
}
