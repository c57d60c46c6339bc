import type { Decoder } from './decoder.ts';
import { errModule } from './errors.ts';
import { functionName, type Names } from './names.ts';
import { OPS, type Op } from './opcodes.table.ts';
import { VALUE_TYPES } from './value-types.ts';

const TYPE_NAMES = new Map<number, string>(Object.entries(VALUE_TYPES).map(([name, code]) => [code, name]));
/** V8's limit. */
const MAX_LOCALS = 50_000;

/** Alignment that the text need not name, as a power of two: the size of the access. */
const NATURAL: readonly (readonly [pattern: RegExp, align: number])[] = [
  [/8(_[su])?$/, 0],
  [/16(_[su])?$/, 1],
  [/32(_[su])?$|32\.|^i32/, 2],
  [/^i64/, 3],
];

/** The name of the value type that is next. */
export const typeName = (input: Decoder): string => TYPE_NAMES.get(input.byte()) ?? '?';

/** A function's locals and instructions, a line each. @throws {WasmError} */
export function formatBody(body: Decoder, names: Names): string[] {
  const runs = body.list(() => ({ count: body.unsigned(), type: typeName(body) }));
  const locals = runs.flatMap(({ count, type }) => Array.from({ length: Math.min(count, MAX_LOCALS) }, () => type));
  const lines = locals.length === 0 ? [] : [`    (local ${locals.join(' ')})`];
  let depth = 0;
  // The last byte ends the function, which the text does not say.
  while (body.at < body.end - 1) {
    const op = readOp(body);
    const { name } = op;
    const opens = op.immediate === 'block' || name === 'else';
    if (name === 'end' || name === 'else') depth--;
    const label = op.immediate === 'block' ? `  ;; label = @${depth + 1}` : '';
    lines.push(`${'  '.repeat(2 + depth)}${name}${immediateText(op, body, { names, depth })}${label}`);
    if (opens) depth++;
  }
  return lines;
}

function readOp(body: Decoder): Op {
  const { at } = body;
  const first = body.byte();
  const op = OPS.get(first >= 0xfc ? (first << 8) | body.unsigned() : first);
  if (op === undefined) throw errModule(`no such instruction: 0x${first.toString(16)}`, at);
  return op;
}

interface Place {
  readonly names: Names;
  /** Blocks that are open. */
  readonly depth: number;
}

function immediateText({ name, immediate }: Op, body: Decoder, { names, depth }: Place): string {
  const label = () => {
    const up = body.unsigned();
    return ` ${up} (;@${depth - up};)`;
  };
  switch (immediate) {
    case 'none':
      return '';
    case 'block': {
      const result = TYPE_NAMES.get(body.byte());
      return result === undefined ? '' : ` (result ${result})`;
    }
    case 'label':
      return label();
    case 'labels':
      return [...body.list(label), label()].join('');
    case 'function': {
      const index = body.unsigned();
      return ` ${functionName(names, index) ?? index}`;
    }
    case 'indirect': {
      const type = body.unsigned();
      body.unsigned();
      return ` (type ${type})`;
    }
    case 'memory': {
      const align = body.unsigned();
      const offset = body.unsigned();
      const natural = NATURAL.find(([pattern]) => pattern.test(name))?.[1];
      return `${offset === 0 ? '' : ` offset=${offset}`}${align === natural ? '' : ` align=${2 ** align}`}`;
    }
    case 'i32':
      return ` ${body.signed()}`;
    case 'i64':
      return ` ${body.signed64()}`;
    case 'one memory':
      body.skip(1);
      return '';
    case 'two memories':
      body.skip(2);
      return '';
    default:
      return ` ${body.unsigned()}`;
  }
}
