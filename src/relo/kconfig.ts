import { type Endian, encodeUtf8 } from '../base/index.ts';
import type { KconfigExtern } from '../object/index.ts';
import { errKconfig, errKconfigLine } from './errors.ts';

/** `enum libbpf_tristate`. */
const TRISTATE = { n: 0, y: 1, m: 2 } as const;

/** The value of a `.kconfig` map while it is being filled in. */
export class KconfigValue {
  readonly bytes: Uint8Array;
  /** What was cut short, one sentence each. */
  readonly warnings: string[] = [];
  readonly #endian: Endian;
  readonly #set = new Set<KconfigExtern>();

  constructor(size: number, endian: Endian) {
    this.bytes = new Uint8Array(size);
    this.#endian = endian;
  }

  isSet(extern: KconfigExtern): boolean {
    return this.#set.has(extern);
  }

  /** Sets a number that fits the extern's type. @throws {ReloError} `RELO_KCONFIG` */
  setNumber(extern: KconfigExtern, value: bigint): void {
    const { name, type, size, signed } = extern;
    if (type !== 'int' && type !== 'char' && type !== 'bool') {
      throw errKconfig(name, `value '${value}' implies integer, char, or boolean type, not ${type}`);
    }
    if (type === 'bool' && value > 1n) throw errKconfig(name, `value '${value}' isn't boolean compatible`);
    const fits = signed
      ? BigInt.asIntN(8 * size, BigInt.asIntN(64, value)) === BigInt.asIntN(64, value)
      : BigInt.asUintN(8 * size, value) === value;
    if (size < 8 && !fits) throw errKconfig(name, `value '${value}' doesn't fit in ${size} bytes`);
    this.#store(extern, value);
  }

  /** Sets the value that a line of a configuration gives, as text. @throws {ReloError} `RELO_KCONFIG` */
  setText(extern: KconfigExtern, text: string): void {
    const first = text[0];
    if (first === 'y' || first === 'n' || first === 'm') this.#setTristate(extern, first);
    else if (first === '"') this.#setString(extern, text);
    else {
      const value = parseInteger(text);
      if (value === undefined) throw errKconfig(extern.name, `value '${text}' isn't a valid integer`);
      if (extern.type !== 'int' && extern.type !== 'char') {
        throw errKconfig(extern.name, `value '${text}' implies integer type, not ${extern.type}`);
      }
      this.setNumber(extern, value);
    }
  }

  #setTristate(extern: KconfigExtern, value: 'y' | 'n' | 'm'): void {
    const { name, type } = extern;
    if (type === 'bool' && value === 'm') throw errKconfig(name, "value 'm' implies tristate or char type, not bool");
    if (type === 'bool') this.#store(extern, value === 'y' ? 1n : 0n);
    else if (type === 'tristate') this.#store(extern, BigInt(TRISTATE[value]));
    else if (type === 'char') this.#store(extern, BigInt(value.charCodeAt(0)));
    else throw errKconfig(name, `value '${value}' implies bool, tristate, or char type, not ${type}`);
  }

  #setString(extern: KconfigExtern, text: string): void {
    if (extern.type !== 'char_array') throw errKconfig(extern.name, `value '${text}' implies char array type`);
    if (text.length < 2 || !text.endsWith('"')) throw errKconfig(extern.name, `invalid string config '${text}'`);
    const characters = encodeUtf8(text.slice(1, -1));
    if (characters.length >= extern.size) {
      const cut = `of ${characters.length} bytes truncated to ${extern.size - 1} bytes`;
      this.warnings.push(`extern (kcfg) '${extern.name}': long string '${text}' ${cut}`);
    }
    this.bytes.set(characters.subarray(0, extern.size - 1), extern.offset);
    this.#set.add(extern);
  }

  #store(extern: KconfigExtern, value: bigint): void {
    for (let i = 0; i < extern.size; i++) {
      const shift = 8 * (this.#endian === 'little' ? i : extern.size - 1 - i);
      this.bytes[extern.offset + i] = Number((value >> BigInt(shift)) & 0xffn);
    }
    this.#set.add(extern);
  }
}

/** What C's strtoull takes with base 0, as a u64; undefined where the text is no integer or too large. */
function parseInteger(text: string): bigint | undefined {
  const match = /^\s*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i.exec(text);
  if (match === null) return undefined;
  const [, sign, digits] = match;
  const value = /^0[0-7]/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  if (value > 0xffff_ffff_ffff_ffffn) return undefined;
  return BigInt.asUintN(64, sign === '-' ? -value : value);
}

/**
 * Takes from the lines of a configuration what the externs ask for and do not have yet.
 * @throws {ReloError} `RELO_KCONFIG` for a line that is malformed, or a value that does not fit its extern
 */
export function applyKconfigLines(
  config: string,
  externs: ReadonlyMap<string, KconfigExtern>,
  value: KconfigValue,
): void {
  for (const line of config.split('\n')) {
    if (!line.startsWith('CONFIG_')) continue;
    const separator = line.indexOf('=');
    if (separator < 0) throw errKconfigLine(line, 'no separator');
    if (separator + 1 === line.length) throw errKconfigLine(line, 'no value');
    const extern = externs.get(line.slice(0, separator));
    if (extern !== undefined && !value.isSet(extern)) value.setText(extern, line.slice(separator + 1));
  }
}
