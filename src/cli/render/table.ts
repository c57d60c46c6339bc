/** Rows of text under a head; cells hold no colour, `styles` says what is coloured. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** By column: how its cells look. */
  readonly styles?: readonly (CellStyle | undefined)[];
}

export type CellStyle = 'id' | 'name' | 'dim' | 'number';

/** cli-table3 takes time that grows with the square of the rows. */
const MAX_ROWS = 500;
const MIN_COLUMN = 6;

/**
 * A table no wider than `columns`; long cells are wrapped.
 * @returns undefined where it has too many rows, or columns that cannot be made to fit: plain text does better
 */
export async function formatTable(
  table: Table,
  { columns, env }: { columns: number; env: Readonly<Record<string, string | undefined>> },
): Promise<string | undefined> {
  if (table.rows.length > MAX_ROWS) return undefined;
  const widths = fitWidths(naturalWidths(table), columns - table.head.length - 1);
  if (widths === undefined) return undefined;
  const [{ default: CliTable }, { Chalk }] = await Promise.all([import('cli-table3'), import('chalk')]);
  // https://no-color.org; FORCE_COLOR, which chalk knows by itself, outdoes it.
  const chalk = env.NO_COLOR && !env.FORCE_COLOR ? new Chalk({ level: 0 }) : new Chalk();
  const paint = (text: string, style: CellStyle | undefined): string => {
    if (style === 'id') return chalk.cyan(text);
    if (style === 'name') return chalk.bold(text);
    return style === 'dim' ? chalk.dim(text) : text;
  };
  const printed = new CliTable({
    head: table.head.map((text) => chalk.bold(text)),
    colWidths: widths,
    colAligns: table.head.map((_, i) => (table.styles?.[i] === 'number' ? 'right' : 'left')),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
  });
  for (const row of table.rows) printed.push(row.map((cell, i) => paint(cell, table.styles?.[i])));
  return `${printed.toString()}\n`;
}

/** Widths that no cell would be wrapped at, a space on either side. */
function naturalWidths(table: Table): number[] {
  return table.head.map((head, i) => Math.max(head.length, ...table.rows.map((row) => (row[i] ?? '').length)) + 2);
}

/** Takes from the widest column until all of them fit. */
function fitWidths(widths: number[], room: number): number[] | undefined {
  const fitted = [...widths];
  let total = fitted.reduce((a, b) => a + b, 0);
  while (total > room) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if (fitted[widest] <= MIN_COLUMN) return undefined;
    fitted[widest]--;
    total--;
  }
  return fitted;
}
