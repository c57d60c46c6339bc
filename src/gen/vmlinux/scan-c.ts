/**
 * What a C source names; comments and strings name nothing. Every branch of `#if` is read, but for those of `__KERNEL__`,
 * which no program defines.
 */
export interface CNames {
  /** Every identifier, keywords too. */
  readonly identifiers: Set<string>;
  /** Those behind `struct`, `union` or `enum`. */
  readonly tags: Set<string>;
  /** Tags that the source itself defines. */
  readonly defined: Set<string>;
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
    defined: new Set(),
    tagsByMacro: false,
    quotedIncludes: new Set(),
    includes: new Set(),
    iterators: new Set(),
  };
}

/** Comments, literals, numbers, directives that matter, names, line ends, and any other character. */
const TOKEN =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\.?\d[\w.]*|#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)|#[ \t]*((?:if|ifdef|ifndef|elif|else|endif)\b.*)|#[ \t]*define[ \t]+\w+(?:\(([^()\n]*)\))?|([A-Za-z_]\w*)|\n|\S/g;

const KEYWORDS: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

/** Adds what a source names to what others do. */
export function scanC(text: string, names: CNames): void {
  const conditions = new Conditions();
  let parameters: ReadonlySet<string> = new Set();
  /** The two tokens before this one. */
  let last = '';
  let beforeLast = '';
  for (const match of text.replace(/\\\r?\n/g, ' ').matchAll(TOKEN)) {
    const [token, quoted, angled, condition, macroParameters, identifier] = match;
    if (condition !== undefined) conditions.directive(condition);
    if (conditions.skip || condition !== undefined) continue;
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
    } else if (token === '{' && KEYWORDS.has(beforeLast)) names.defined.add(last);
    beforeLast = last;
    last = token;
  }
}

/** Follows `#if` as far as it is about `__KERNEL__`. */
class Conditions {
  /** Of each open `#if`: whether the branch at hand is the kernel's alone; undefined where that is not asked. */
  readonly #open: (boolean | undefined)[] = [];

  /** Whether what comes next is the kernel's alone. */
  get skip(): boolean {
    return this.#open.includes(true);
  }

  /** @param text behind the `#` */
  directive(text: string): void {
    const [word] = text.split(/\W/, 1);
    const branch = this.#open[this.#open.length - 1];
    if (word === 'endif') this.#open.pop();
    else if (word === 'else' || word === 'elif') {
      if (branch !== undefined) this.#open[this.#open.length - 1] = !branch;
    } else if (/^ifndef\s+__KERNEL__\b|^if\s+!\s*defined\W+__KERNEL__\b/.test(text)) this.#open.push(false);
    else if (/^ifdef\s+__KERNEL__\b|^if\s+defined\W+__KERNEL__\b/.test(text)) this.#open.push(true);
    else this.#open.push(undefined);
  }
}
