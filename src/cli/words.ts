import { errFailed, errUsage } from './errors.ts';

/** Whether `word` abbreviates `keyword`; every keyword may be cut short, also to nothing. */
export function isPrefix(word: string | undefined, keyword: string): boolean {
  return word !== undefined && keyword.startsWith(word);
}

/**
 * The number that strtoul(3) with base 0 reads (0x… hexadecimal, 0… octal), or undefined where something follows it.
 * The empty word is 0.
 */
export function parseUnsigned(word: string, base: 0 | 16 = 0): bigint | undefined {
  const match = /^\s*([+-]?)(.*)$/s.exec(word);
  const digits = match?.[2] ?? '';
  if (digits === '') return word === '' ? 0n : undefined;
  const hex = /^(?:0[xX])([0-9a-fA-F]+)$/.exec(digits);
  let value: bigint;
  if (hex) value = BigInt(`0x${hex[1]}`);
  else if (base === 16 && /^[0-9a-fA-F]+$/.test(digits)) value = BigInt(`0x${digits}`);
  else if (base === 0 && /^0[0-7]*$/.test(digits)) value = BigInt(`0o${digits}`);
  else if (base === 0 && /^[1-9][0-9]*$/.test(digits)) value = BigInt(digits);
  else return undefined;
  return BigInt.asUintN(64, match?.[1] === '-' ? -value : value);
}

/** The words of a command line, taken one after the other. */
export class Words {
  readonly #words: readonly string[];
  #at: number;

  constructor(words: readonly string[], at = 0) {
    this.#words = words;
    this.#at = at;
  }

  /** Words that are left. */
  get count(): number {
    return Math.max(0, this.#words.length - this.#at);
  }

  /** The next word, not taken; undefined at the end. */
  get peek(): string | undefined {
    return this.#words[this.#at];
  }

  /** The word taken last. */
  get previous(): string {
    return this.#words[this.#at - 1] ?? '';
  }

  /** Whether the next word abbreviates `keyword`. */
  is(keyword: string): boolean {
    return isPrefix(this.peek, keyword);
  }

  /** Takes the next word if it abbreviates `keyword`. */
  takeIf(keyword: string): boolean {
    if (!this.is(keyword)) return false;
    this.#at++;
    return true;
  }

  /** Takes the next word. @throws {UsageError} at the end */
  take(): string {
    const word = this.peek;
    if (word === undefined) throw errUsage();
    this.#at++;
    return word;
  }

  /** @throws {CliError} unless `count` words are left */
  need(count: number): void {
    if (this.count < count) throw errFailed(this.#tooFew(count));
  }

  /** As `need`, for commands that then show their usage. @throws {UsageError} unless `count` words are left */
  needOrUsage(count: number): void {
    if (this.count < count) throw errUsage(this.#tooFew(count));
  }

  #tooFew(count: number): string {
    return `'${this.previous}' needs at least ${count} arguments, ${this.count} found`;
  }

  /** @throws {CliError} where words are left */
  end(): void {
    if (this.count > 0) throw errFailed(`what is '${this.peek}'?`);
  }

  /** Takes a number of 32 bits. @param what what it is, for the error: `can't parse WORD as WHAT` */
  takeU32(what: string): number {
    const word = this.take();
    const value = parseUnsigned(word);
    if (value === undefined) throw errFailed(`can't parse ${word} as ${what}`);
    return Number(BigInt.asUintN(32, value));
  }

  /** The words that are left, none taken. */
  rest(): readonly string[] {
    return this.#words.slice(this.#at);
  }
}
