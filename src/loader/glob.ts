/**
 * Whether a name is what a pattern means: `*` stands for any characters, `?` for one, everything else for itself. Takes
 * at most length of the name times length of the pattern steps, whatever the pattern.
 */
export function globMatch(name: string, pattern: string): boolean {
  let [at, of] = [0, 0];
  // After a `*`: where to go on in the pattern, and how much of the name the `*` has taken.
  let [star, taken] = [-1, 0];
  while (at < name.length) {
    if (pattern[of] === '*') {
      star = ++of;
      taken = at;
    } else if (of < pattern.length && (pattern[of] === '?' || pattern[of] === name[at])) {
      at++;
      of++;
    } else if (star >= 0) {
      of = star;
      at = ++taken;
    } else return false;
  }
  while (pattern[of] === '*') of++;
  return of === pattern.length;
}
