import { registerOffset } from './registers.ts';

/** Where one argument of a static probe is found when the probe is hit. */
export interface UsdtArgument {
  /** A constant, a register, what a register points to, what two registers point to. */
  readonly kind: 'const' | 'reg' | 'deref' | 'sib';
  /** The constant, or what is added to the address. */
  readonly value: bigint;
  /** Offset of the register in `struct pt_regs`. */
  readonly register: number;
  /** `sib`: that of the index register, and the power of two that it is multiplied with. */
  readonly index: number;
  readonly scaleShift: number;
  readonly signed: boolean;
  /** Bits of 64 that the argument does not have. */
  readonly bitshift: number;
}

/** Most arguments of one probe. @see BPF_USDT_MAX_ARG_CNT of libbpf's usdt.bpf.h */
const MAX_ARGUMENTS = 12;
const SIZES: readonly number[] = [1, 2, 4, 8];
const SCALES: readonly number[] = [1, 2, 4, 8];

const HEAD = '\\s*(?<size>[+-]?\\d+)\\s*@\\s*';
const OFFSET = '(?<value>[+-]?\\d+)';
const BRACKETED = '\\[\\s*(?<register>[a-z0-9]+)\\s*';

/** How compilers write arguments, by architecture; the first that fits counts. */
const FORMS: Readonly<Record<string, readonly (readonly [UsdtArgument['kind'], RegExp])[]>> = {
  x86_64: forms([
    ['sib', `${OFFSET}?\\s*\\(\\s*%(?<register>\\w+)\\s*,\\s*%(?<index>\\w+)\\s*(?:,\\s*(?<scale>\\d+)\\s*)?\\)`],
    ['deref', `${OFFSET}?\\s*\\(\\s*%(?<register>\\w+)\\s*\\)`],
    ['reg', '%(?<register>\\S+)'],
    ['const', `\\$${OFFSET}`],
  ]),
  aarch64: forms([
    ['deref', `${BRACKETED},\\s*${OFFSET}\\s*\\]`],
    ['deref', `${BRACKETED}\\]`],
    ['const', OFFSET],
    ['reg', '(?<register>[a-z0-9]+)'],
  ]),
  s390x: forms([
    ['deref', `${OFFSET}\\s*\\(\\s*%(?<register>r\\d+)\\s*\\)`],
    ['reg', '%(?<register>r\\d+)'],
    ['const', OFFSET],
  ]),
  riscv64: forms([
    ['deref', `${OFFSET}\\s*\\(\\s*(?<register>[a-z0-9]+)\\s*\\)`],
    ['const', OFFSET],
    ['reg', '(?<register>[a-z0-9]+)'],
  ]),
};

function forms(rows: readonly (readonly [UsdtArgument['kind'], string])[]): [UsdtArgument['kind'], RegExp][] {
  return rows.map(([kind, form]) => [kind, new RegExp(`${HEAD}${form}\\s*`, 'y')]);
}

/**
 * The arguments that a probe's note describes, `SIZE@PLACE` one after the other; a negative size means signed.
 *
 * DEVIATION: libbpf takes all up to the next comma for the name of a register, and so refuses an argument with an index
 * register behind one that is just pointed to.
 * @param machine as uname -m says it
 * @returns or what is wrong
 */
export function parseUsdtArguments(text: string, machine: string): UsdtArgument[] | string {
  const known = FORMS[machine];
  if (known === undefined) return `static probes of ${machine} are not known`;
  const found: UsdtArgument[] = [];
  for (let at = 0; at < text.length; ) {
    if (found.length === MAX_ARGUMENTS) return `too many USDT arguments (> ${MAX_ARGUMENTS}) in '${text}'`;
    const next = argumentAt(text, at, known);
    if (next === undefined) return `unrecognized arg #${found.length} spec '${text.slice(at)}'`;
    const argument = toArgument(next, machine);
    if (typeof argument === 'string') return `arg #${found.length} (spec '${text.slice(at)}'): ${argument}`;
    found.push(argument);
    at = next.end;
  }
  return found;
}

type Groups = Readonly<Record<string, string | undefined>>;
type Found = { readonly kind: UsdtArgument['kind']; readonly groups: Groups; readonly end: number };

function argumentAt(text: string, at: number, known: (typeof FORMS)[string]): Found | undefined {
  for (const [kind, form] of known) {
    form.lastIndex = at;
    const match = form.exec(text);
    if (match?.groups) return { kind, groups: match.groups, end: form.lastIndex };
  }
  return undefined;
}

function toArgument({ kind, groups }: Found, machine: string): UsdtArgument | string {
  const size = Number(groups.size);
  if (!SIZES.includes(Math.abs(size))) return `unsupported size: ${size}`;
  const offsets = [groups.register, groups.index].map((name) =>
    name === undefined ? 0 : registerOffset(machine, name),
  );
  const unknown = offsets.indexOf(undefined);
  if (unknown >= 0) return `unrecognized register '${[groups.register, groups.index][unknown]}'`;
  const scale = Number(groups.scale ?? 1);
  if (!SCALES.includes(scale)) return `invalid SIB scale ${scale}, expected 1, 2, 4, 8`;
  return {
    kind,
    value: BigInt(groups.value ?? 0),
    register: offsets[0] ?? 0,
    index: offsets[1] ?? 0,
    scaleShift: SCALES.indexOf(scale),
    signed: size < 0,
    bitshift: 64 - 8 * Math.abs(size),
  };
}
