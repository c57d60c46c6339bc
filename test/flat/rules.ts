// What the compiler of flat records can say, a function each; compile.test.ts runs them in both forms.
import type { Numbers, Wide } from './numbers.ts';

const LARGE = 0x9e37_79b1 | 0;
const KIND = { one: 1, three: 3, seven: 7 } as const;

export function arithmetic(t: Numbers, a: number, b: number): number {
  t.count++;
  const mixed = Math.imul(a ^ LARGE, b) | 0;
  return ((mixed >> 3) & 0xffff) + (mixed >>> 17) - (~a & 7) + ((a / 7) | 0) + (b % 11) + (Math.min(a, b) >> 4);
}

export function withoutSign(_: Numbers, a: number, b: number): number {
  if (a >>> 0 < b >>> 0) return -1;
  return (a >>> 0) % 1000;
}

export function wide(_: Numbers, a: number, b: number): number {
  const product: Wide = (a >>> 0) * 8;
  let limit: Wide = 0xffff_ffff;
  if (b < 0) limit += 12;
  return product > limit ? Math.clz32(a) : (Math.ceil(product / 16) | 0) - (b < 0 ? 1 : 2);
}

export function loops(t: Numbers, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < (a & 63); i++) {
    if (i % 3 === 0) continue;
    if (sum > (b & 0xff)) break;
    sum += i;
  }
  while (sum > 10) sum -= 3;
  t.bytes[sum] = a;
  t.words[sum] = b;
  return sum + t.bytes[sum] + t.words[sum];
}

export function cases(t: Numbers, a: number, b: number): number {
  switch (a & 7) {
    case KIND.one:
    case KIND.three: {
      const inner = b & 0xff;
      return inner + 1;
    }
    case KIND.seven:
      t.count += 2;
      break;
    default:
      if (b < 0) return -7;
      break;
  }
  return t.count;
}

export function objects(t: Numbers, a: number, b: number): number {
  const isLess = a < b;
  return both(t, { first: a, second: isLess || b === 0 }) + (isLess && a !== 3 ? 1 : 0);
}

function both(t: Numbers, { first, second }: { first: number; second: boolean }): number {
  if (!second) return first | 0;
  return recursive(t, t.bytes, first & 15);
}

function recursive(t: Numbers, bytes: Uint8Array, depth: number): number {
  return depth === 0 ? bytes[1] : (recursive(t, bytes, depth - 1) + depth) | 0;
}

export function asks(t: Numbers, a: number, b: number): number {
  t.heard(a & 0xff, b & 0xff);
  t.flag = a > b;
  return t.flag ? t.count : -1;
}
