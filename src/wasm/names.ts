/** Names of functions by index, where the module gives them. */
export type Names = ReadonlyMap<number, string>;

/** What may not stand in a name of the text format. */
const OTHER = /[^A-Za-z0-9_.$!#%&*+\-/:<=>?@\\^`|~']/g;

/** `$name`; undefined for a function without. */
export function functionName(names: Names, index: number): string | undefined {
  const name = names.get(index);
  return name === undefined ? undefined : `$${name.replace(OTHER, '_')}`;
}
