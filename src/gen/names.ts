/** Words that cannot name a type or a class in TypeScript, and globals that generated code uses. */
const RESERVED: ReadonlySet<string> = new Set(
  `any arguments as async await bigint boolean break case catch class const continue debugger declare default delete do
  else enum eval export extends false finally for from function get if implements import in infer instanceof interface is
  keyof let module namespace never new null number object of package private protected public readonly require return set
  static string super switch symbol this throw true try type typeof undefined unique unknown var void while with yield
  Uint8Array Promise Object Symbol globalThis`.split(/\s+/),
);

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** A name as a property: quoted where it is no identifier. */
export function propertyName(name: string): string {
  // As it is, or quoted, it would set the prototype.
  if (name === '__proto__') return "['__proto__']";
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}

/** A text as a string in single quotes. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
}

/** A text inside a comment: it can neither end it nor break the line. */
export function commentText(text: string): string {
  return text.replace(/\*\//g, '* /').replace(/[^\x20-\x7e]/g, '?');
}

/** A text as an identifier: what cannot stand in one becomes `_`. */
export function identifier(text: string): string {
  const replaced = text.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[0-9]/.test(replaced) || replaced === '' ? `_${replaced}` : replaced;
}

/** `xdp_drop` as `XdpDrop`. */
export function pascalCase(name: string): string {
  const joined = identifier(name)
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return identifier(joined);
}

/** The first of each name: BTF may describe what no compiler would. */
export function uniqueBy<T>(list: readonly T[], nameOf: (element: T) => string): T[] {
  const seen = new Set<string>();
  return list.filter((element) => !seen.has(nameOf(element)) && seen.add(nameOf(element)));
}

/** Gives out names of one scope, each once: what is taken gets a number. */
export class NameScope {
  readonly #taken = new Set<string>(RESERVED);

  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.#taken.add(name);
  }

  unique(wanted: string): string {
    const base = identifier(wanted);
    let name = base;
    for (let n = 2; this.#taken.has(name); n++) name = `${base}_${n}`;
    this.#taken.add(name);
    return name;
  }
}
