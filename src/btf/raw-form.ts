import { TextBytes } from './text-bytes.ts';

/** How one form (text, JSON) writes the parts of a type; the traversal in `raw.ts` knows no form. */
export interface RawForm {
  begin(id: number, kind: string, name: number): void;
  uint(key: string, value: number): void;
  word(key: string, value: string): void;
  /** A comma that only the text form has. */
  comma(): void;
  /** A list of elements begins; only some forms name it. */
  list(key: string): void;
  /** An element begins; `name` is a string offset, or undefined where its kind has no names. */
  item(name: number | undefined): void;
  /** The value of an enumerator. */
  value(value: number | bigint, signed: boolean): void;
  /** What the text form adds to a variable of a section. */
  target(kind: string, name: number): void;
  itemEnd(): void;
  listEnd(): void;
  end(): void;
}

/** bpftool's plain lines. */
export class TextForm implements RawForm {
  readonly out = new TextBytes(1 << 20);
  readonly #strings: Uint8Array;
  #first = false;

  constructor(strings: Uint8Array) {
    this.#strings = strings;
  }

  #name(offset: number): void {
    this.out.text("'");
    if (offset === 0) this.out.text('(anon)');
    else this.out.cString(this.#strings, offset);
    this.out.text("'");
  }

  begin(id: number, kind: string, name: number): void {
    this.out.text('[').decimal(id).text('] ').text(kind).text(' ');
    this.#name(name);
  }

  uint(key: string, value: number): void {
    this.out
      .text(this.#first ? '' : ' ')
      .text(key)
      .text('=')
      .decimal(value);
    this.#first = false;
  }

  word(key: string, value: string): void {
    this.out.text(' ').text(key).text('=').text(value);
  }

  comma(): void {
    this.out.text(',');
  }

  list(): void {}

  item(name: number | undefined): void {
    this.out.text('\n\t');
    this.#first = name === undefined;
    if (name !== undefined) this.#name(name);
  }

  value(value: number | bigint, signed: boolean): void {
    this.out.text(' val=');
    if (typeof value === 'number') this.out.decimal(value);
    else this.out.text(`${value}${signed ? 'LL' : 'ULL'}`);
  }

  target(kind: string, name: number): void {
    this.out.text(' (').text(kind).text(' ');
    this.#name(name);
    this.out.text(')');
  }

  itemEnd(): void {}

  listEnd(): void {}

  end(): void {
    this.out.text('\n');
  }
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x0c, '\\f'],
  [0x08, '\\b'],
  [0x5c, '\\\\'],
  [0x22, '\\"'],
]);

/** bpftool's JSON, in one line or pretty. */
export class JsonForm implements RawForm {
  readonly out = new TextBytes(1 << 20);
  readonly #strings: Uint8Array;
  readonly #pretty: boolean;
  #depth = 0;
  #separate = false;

  constructor(strings: Uint8Array, pretty: boolean) {
    this.#strings = strings;
    this.#pretty = pretty;
  }

  #newline(): void {
    if (!this.#pretty) return;
    this.out.text('\n');
    for (let i = 0; i < this.#depth; i++) this.out.text('    ');
  }

  #separator(): void {
    if (this.#separate) this.out.text(',');
  }

  open(bracket: '{' | '['): void {
    this.#separator();
    this.out.text(bracket);
    this.#depth++;
    this.#separate = false;
  }

  close(bracket: '}' | ']'): void {
    this.#depth--;
    if (this.#separate) this.#newline();
    this.out.text(bracket);
    this.#separate = true;
  }

  key(key: string): void {
    this.#separator();
    this.#newline();
    this.out
      .text('"')
      .text(key)
      .text(this.#pretty ? '": ' : '":');
    this.#separate = false;
  }

  #name(offset: number): void {
    this.key('name');
    const { out } = this;
    out.text('"');
    if (offset === 0) out.text('(anon)');
    else if (this.#isPlain(offset)) out.cString(this.#strings, offset);
    else this.#escaped(offset);
    out.text('"');
    this.#separate = true;
  }

  #isPlain(offset: number): boolean {
    const strings = this.#strings;
    for (let at = offset; at < strings.length && strings[at] !== 0; at++) {
      const byte = strings[at];
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return false;
    }
    return true;
  }

  #escaped(offset: number): void {
    const strings = this.#strings;
    for (let at = offset; at < strings.length && strings[at] !== 0; at++) {
      const byte = strings[at];
      this.out.text(ESCAPES.get(byte) ?? String.fromCharCode(byte));
    }
  }

  begin(id: number, kind: string, name: number): void {
    this.open('{');
    this.uint('id', id);
    this.word('kind', kind);
    this.#name(name);
  }

  uint(key: string, value: number): void {
    this.key(key);
    this.out.decimal(value);
    this.#separate = true;
  }

  word(key: string, value: string): void {
    this.key(key);
    this.out.text('"').text(value).text('"');
    this.#separate = true;
  }

  comma(): void {}

  list(key: string): void {
    this.key(key);
    this.open('[');
  }

  item(name: number | undefined): void {
    this.open('{');
    if (name !== undefined) this.#name(name);
  }

  /** bpftool widens a 32-bit enumerator with its sign even where the enum is unsigned. */
  value(value: number | bigint, signed: boolean): void {
    this.key('val');
    if (typeof value === 'number' && (signed || value < 2 ** 31)) this.out.decimal(value);
    else if (typeof value === 'number') this.out.text(BigInt.asUintN(64, BigInt(value | 0)).toString());
    else this.out.text(value.toString());
    this.#separate = true;
  }

  target(): void {}

  itemEnd(): void {
    this.close('}');
  }

  listEnd(): void {
    this.close(']');
  }

  end(): void {
    this.close('}');
  }
}
