/** What a C source names; comments and strings name nothing. Every branch of `#if` is read. */
export interface CNames {
  /** Every identifier, keywords too. */
  readonly identifiers: Set<string>;
  /** Those behind `struct`, `union` or `enum`. */
  readonly tags: Set<string>;
  /** Whether a macro makes tags of its arguments: then any identifier may be one. */
  tagsByMacro: boolean;
  /** Paths in `#include "…"`, and in `#include <…>`. */
  readonly quotedIncludes: Set<string>;
  readonly includes: Set<string>;
  /** First arguments of `bpf_for_each(…)`, which become parts of names. */
  readonly iterators: Set<string>;
}

export function emptyCNames(): CNames {
  return {
    identifiers: new Set(),
    tags: new Set(),
    tagsByMacro: false,
    quotedIncludes: new Set(),
    includes: new Set(),
    iterators: new Set(),
  };
}

/** Comments, literals, numbers, directives that matter, names, line ends, and any other character. */
const TOKEN =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\.?\d[\w.]*|#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)|#[ \t]*define[ \t]+\w+(?:\(([^()\n]*)\))?|([A-Za-z_]\w*)|\n|\S/g;

const KEYWORDS: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

/** Adds what a source names to what others do. */
export function scanC(text: string, names: CNames): void {
  let parameters: ReadonlySet<string> = new Set();
  /** The two tokens before this one. */
  let last = '';
  let beforeLast = '';
  for (const match of text.replace(/\\\r?\n/g, ' ').matchAll(TOKEN)) {
    const [token, quoted, angled, macroParameters, identifier] = match;
    if (quoted !== undefined) names.quotedIncludes.add(quoted);
    if (angled !== undefined) names.includes.add(angled);
    if (macroParameters !== undefined) parameters = new Set(macroParameters.split(',').map((name) => name.trim()));
    if (token === '\n') parameters = new Set();
    if (token === '\n' || token.startsWith('/*') || token.startsWith('//')) continue;
    if (identifier !== undefined) {
      names.identifiers.add(identifier);
      if (KEYWORDS.has(last)) {
        names.tags.add(identifier);
        if (parameters.has(identifier)) names.tagsByMacro = true;
      }
      if (last === '(' && beforeLast === 'bpf_for_each') names.iterators.add(identifier);
    }
    beforeLast = last;
    last = token;
  }
}
