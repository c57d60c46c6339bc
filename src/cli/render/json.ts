import { decodeUtf8, unreachable } from '../../base/index.ts';

/** A token printed as it is: a number of a format of its own, a whole document, or text that is no JSON. */
export class Raw {
  /** In chunks, each valid until the next is asked for, where it is long. */
  readonly text: string | Iterable<Uint8Array>;

  constructor(text: string | Iterable<Uint8Array>) {
    this.text = text;
  }
}

/** An object as name and value pairs: in order, names may repeat (unnamed members of a struct do). */
export class Fields {
  readonly pairs: Iterable<readonly [string, Json]>;

  constructor(pairs: Iterable<readonly [string, Json]>) {
    this.pairs = pairs;
  }
}

/** A value to print as JSON. Properties that are undefined are left out; iterables are arrays, read as they are printed. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | Raw
  | Fields
  | Iterable<Json>
  | { readonly [name: string]: Json | undefined };

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
  '\b': '\\b',
  '\\': '\\\\',
  '"': '\\"',
};

/** What cannot stand in text as it is: below the space, the quote and the backslash. */
const SPECIAL = /[^ -\uffff]|["\\]/g;

/**
 * Text in quotes.
 *
 * DEVIATION: bpftool writes the control characters that have no letter of their own as they are, which no parser takes.
 */
function quote(text: string): string {
  return `"${text.replace(SPECIAL, (c) => ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

const INDENT = '    ';
const CHUNK = 1 << 16;

/**
 * Prints JSON as bpftool does: all on one line, or `pretty` with each name on a line of its own and the elements of an
 * array one after the other. Text leaves through `write` in pieces.
 */
export class JsonWriter {
  readonly #write: (text: string | Uint8Array) => void;
  readonly #pretty: boolean;
  #depth = 0;
  #separator = '';
  #buffer = '';

  constructor(write: (text: string | Uint8Array) => void, pretty: boolean) {
    this.#write = write;
    this.#pretty = pretty;
  }

  /** Prints a value; a second one at the same level is set off by a comma. */
  value(value: Json): void {
    if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') {
      this.#token(String(value));
    } else if (typeof value === 'string') {
      this.#token(quote(value));
    } else if (value instanceof Raw) {
      this.#raw(value.text);
    } else if (value instanceof Fields) {
      this.#object(value.pairs);
    } else if (Symbol.iterator in value) {
      this.begin('[');
      for (const element of value as Iterable<Json>) this.value(element);
      this.end(']');
    } else if (typeof value === 'object') {
      this.#object(Object.entries(value) as [string, Json | undefined][]);
    } else {
      unreachable(value);
    }
  }

  begin(bracket: '{' | '['): void {
    this.#token(bracket);
    this.#separator = '';
    this.#depth++;
  }

  end(bracket: '}' | ']'): void {
    this.#depth--;
    if (this.#separator !== '') this.#newline();
    this.#put(bracket);
    this.#separator = ',';
  }

  name(name: string): void {
    this.#put(this.#separator);
    this.#newline();
    this.#put(`${quote(name)}:${this.#pretty ? ' ' : ''}`);
    this.#separator = '';
  }

  /** Ends the document with a line feed. */
  finish(): void {
    this.#put('\n');
    this.flush();
  }

  /** Hands out what is held back. */
  flush(): void {
    if (this.#buffer === '') return;
    this.#write(this.#buffer);
    this.#buffer = '';
  }

  /** Forgets the separator: the next value begins a document of its own. */
  reset(): void {
    this.#separator = '';
  }

  #object(pairs: Iterable<readonly [string, Json | undefined]>): void {
    this.begin('{');
    for (const [name, value] of pairs) {
      if (value === undefined) continue;
      this.name(name);
      this.value(value);
    }
    this.end('}');
  }

  #raw(text: Raw['text']): void {
    if (typeof text === 'string') {
      this.#token(text);
      return;
    }
    this.#token('');
    this.flush();
    for (const chunk of text) this.#write(chunk);
  }

  #token(text: string): void {
    this.#put(this.#separator);
    this.#put(text);
    this.#separator = ',';
  }

  #newline(): void {
    if (this.#pretty) this.#put(`\n${INDENT.repeat(this.#depth)}`);
  }

  #put(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length >= CHUNK) this.flush();
  }
}

/** A value as one piece of text, without a line feed at the end. */
export function formatJson(value: Json, pretty: boolean): string {
  let text = '';
  const writer = new JsonWriter((piece) => {
    text += typeof piece === 'string' ? piece : decodeUtf8(piece);
  }, pretty);
  writer.value(value);
  writer.flush();
  return text;
}
