import type { Numbers } from './numbers.ts';
import { arithmetic, asks, cases, loops, objects, wide, withoutSign } from './rules.ts';

/** The rules bound to a record, as TypeScript. */
export const bind = (t: Numbers) =>
  Object.fromEntries(
    [arithmetic, withoutSign, wide, loops, cases, objects, asks].map((rule) => [
      rule.name,
      (a: number, b: number) => rule(t, a, b),
    ]),
  );
