import { expect, test } from 'vitest';
import { parseBtf } from '../../src/btf/index.ts';
import { formatTsTypes } from '../../src/gen/index.ts';
import { allKinds } from '../support/all-kinds.ts';
import { shippedKernelBtf } from '../support/samples.ts';

test('every kind becomes what its values are to JavaScript', () => {
  const btf = allKinds().toBtf();
  const ids = Array.from({ length: btf.typeCount }, (_, id) => id);
  expect(formatTsTypes(btf, ids)).toMatchInlineSnapshot(`
    "/** \`enum colour\`: 4 bytes; it may hold other values too */
    export const colour = {
      RED: -1,
    } as const;
    export type colour = (typeof colour)[keyof typeof colour] | (number & {});

    /** \`struct node\`: 40 bytes */
    export interface node {
      next: bigint;
      a: number;
      b: number;
      list: number[];
      u: { x: number; p: bigint };
    }

    /** \`enum big\`: 8 bytes; it may hold other values too */
    export const big = {
      SMALL: 1n,
      HUGE: 18446744073709551600n,
    } as const;
    export type big = (typeof big)[keyof typeof big] | (bigint & {});

    /** \`int\` */
    export type int = number;

    /** \`unsigned char\` */
    export type unsigned_char = number;

    /** \`_Bool\` */
    export type _Bool = boolean;

    /** \`node_t\` */
    export type node_t = node;

    /** \`double\` */
    export type double = number;

    /** \`tagged\` */
    export type tagged = Uint8Array;
    "
  `);
});

test('types of a kernel come with all that they hold, and only that', () => {
  const btf = parseBtf(shippedKernelBtf());
  const module = formatTsTypes(btf, [...btf.idsByName('iphdr'), ...btf.idsByName('atomic_t')]);
  expect(module).toContain('export interface iphdr {');
  expect(module).toContain('  daddr: number;');
  expect(module).toContain('export type atomic_t = { counter: number };');
  expect(module).not.toContain('task_struct');
  expect(formatTsTypes(btf, btf.idsByName('vfs_read'))).toBe('');
});
