// Writes WebAssembly modules, as far as compile.ts needs them.
// See https://webassembly.github.io/spec/core/binary/

export const VALUE = { i32: 0x7f, f64: 0x7c } as const;
export type ValueType = keyof typeof VALUE;

export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Load: 0x28,
  i32Load8u: 0x2d,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i32Const: 0x41,
  i64Const: 0x42,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtS: 0x4a,
  i32GtU: 0x4b,
  i32LeS: 0x4c,
  i32LeU: 0x4d,
  i32GeS: 0x4e,
  i32GeU: 0x4f,
  f64Eq: 0x61,
  f64Ne: 0x62,
  f64Lt: 0x63,
  f64Gt: 0x64,
  f64Le: 0x65,
  f64Ge: 0x66,
  i32Clz: 0x67,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32DivS: 0x6d,
  i32RemS: 0x6f,
  i32RemU: 0x70,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  f64Neg: 0x9a,
  f64Ceil: 0x9b,
  f64Add: 0xa0,
  f64Sub: 0xa1,
  f64Mul: 0xa2,
  f64Div: 0xa3,
  i32TruncF64: 0xaa,
  f64ConvertS: 0xb7,
  f64ConvertU: 0xb8,
} as const;

/** A block that leaves nothing. */
export const EMPTY = 0x40;

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

export function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const byte = Number(rest & 0x7fn);
    const isLast = (rest >> 7n === 0n && byte < 0x40) || (rest >> 7n === -1n && byte >= 0x40);
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

export const i32 = (value: number): number[] => [OP.i32Const, ...signed(BigInt(value | 0))];
export const i64 = (value: bigint): number[] => [OP.i64Const, ...signed(BigInt.asIntN(64, value))];
export const f64 = (value: number): number[] => [OP.f64Const, ...new Uint8Array(Float64Array.of(value).buffer)];

export interface Signature {
  readonly params: readonly ValueType[];
  readonly result: ValueType | undefined;
}

export interface WasmFunction extends Signature {
  readonly name: string;
  readonly isExported: boolean;
  /** Types of the locals beyond the parameters. */
  readonly locals: readonly ValueType[];
  readonly body: readonly number[];
}

export interface WasmModule {
  /** Constants that the host gives, the first globals. */
  readonly bases: readonly string[];
  /** Variables, all `i32` and exported, the globals after them. */
  readonly variables: readonly string[];
  /** What the host has to do, the first functions. */
  readonly imports: readonly (Signature & { readonly name: string })[];
  readonly functions: readonly WasmFunction[];
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, body: readonly number[]): number[] => [id, ...unsigned(body.length), ...body];
const text = (value: string): number[] => vector([...new TextEncoder().encode(value)].map((byte) => [byte]));

const typeOf = ({ params, result }: Signature): number[] => [
  0x60,
  ...vector(params.map((type) => [VALUE[type]])),
  ...vector(result === undefined ? [] : [[VALUE[result]]]),
];

/** The bytes of a module, which imports all from `host`, its memory as `memory`. */
export function encodeModule({ bases, variables, imports, functions }: WasmModule): Uint8Array {
  const all = [...imports, ...functions];
  const imported = (name: string, what: number[]) => [...text('host'), ...text(name), ...what];
  const exported = (name: string, kind: number, index: number) => [...text(name), kind, ...unsigned(index)];
  const codes = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, VALUE[type]])), ...body, OP.end];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(all.map(typeOf))),
    ...section(
      2,
      vector([
        imported('memory', [2, 0, 0]),
        ...bases.map((name) => imported(name, [3, VALUE.i32, 0])),
        ...imports.map(({ name }, i) => imported(name, [0, ...unsigned(i)])),
      ]),
    ),
    ...section(3, vector(functions.map((_, i) => unsigned(imports.length + i)))),
    ...section(6, vector(variables.map(() => [VALUE.i32, 1, ...i32(0), OP.end]))),
    ...section(
      7,
      vector([
        ...variables.map((name, i) => exported(name, 3, bases.length + i)),
        ...functions.flatMap(({ name, isExported }, i) => (isExported ? [exported(name, 0, imports.length + i)] : [])),
      ]),
    ),
    ...section(10, vector(codes)),
  ]);
}
