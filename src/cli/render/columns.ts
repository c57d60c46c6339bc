import type { Table } from './table.ts';

/** A table for pipes: a line a row, columns lined up by spaces, two between them; numbers stand at the right. */
export function columns({ head, rows, styles }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const cell = (text: string, i: number) =>
    styles?.[i] === 'number' ? text.padStart(widths[i]) : text.padEnd(widths[i]);
  return all
    .map(
      (row) =>
        `${row
          .map((text, i) => cell(text, i))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
