import { BTF_KIND, infoFlag, infoVlen } from '../kinds.ts';
import type { CTables } from './tables.ts';
import { firstZero, write, writeString, writeUnsigned } from './text.ts';

// Names in C are unique, in BTF they need not be: the second type of a name becomes `name___2`. Tags of structs, unions
// and enums are one name space, typedefs and enumerators another; a forward declaration keeps its name.

/** Name spaces. */
const TAGS = 0;
const IDENTIFIERS = 1;

/** String offset of a type's name. */
export function nameOf(t: CTables, id: number): number {
  return t.words[t.index[id]];
}

/** Which of its name's uses a struct, union, enum or int is: 1 for the name itself, 2 for `name___2`. */
export function tagNumber(t: CTables, id: number): number {
  if (t.numbers[id] === 0) t.numbers[id] = isForward(t, id) ? 1 : countName(t, nameOf(t, id), TAGS);
  return t.numbers[id];
}

/** The same of a typedef. */
export function identifierNumber(t: CTables, id: number): number {
  if (t.numbers[id] === 0) t.numbers[id] = isForward(t, id) ? 1 : countName(t, nameOf(t, id), IDENTIFIERS);
  return t.numbers[id];
}

/** The same of an enumerator, counted anew each time it is printed. */
export function enumeratorNumber(t: CTables, name: number): number {
  return countName(t, name, IDENTIFIERS);
}

/** Writes a name with its number where it is not the first of its kind. */
export function writeNumbered(t: CTables, name: number, number: number): void {
  writeString(t, name);
  if (number > 1) writeNumber(t, number);
}

/** Writes `struct name`, `union name`, `enum name`, or the keyword alone. */
export function writeTag(t: CTables, id: number): void {
  const kind = t.kinds[id];
  const name = nameOf(t, id);
  if (kind === BTF_KIND.STRUCT) write(t, name === 0 ? 'struct' : 'struct ');
  else if (kind === BTF_KIND.UNION) write(t, name === 0 ? 'union' : 'union ');
  else write(t, name === 0 ? 'enum' : 'enum ');
  if (name !== 0) writeNumbered(t, name, tagNumber(t, id));
}

/** Writes `struct name` or `union name` of a FWD. */
export function writeForward(t: CTables, id: number): void {
  write(t, infoFlag(t.words[t.index[id] + 1]) ? 'union ' : 'struct ');
  writeNumbered(t, nameOf(t, id), tagNumber(t, id));
}

function writeNumber(t: CTables, number: number): void {
  write(t, '___');
  writeUnsigned(t, number);
}

function isForward(t: CTables, id: number): boolean {
  const kind = t.kinds[id];
  if (nameOf(t, id) === 0 || kind === BTF_KIND.FWD) return true;
  return kind === BTF_KIND.ENUM && infoVlen(t.words[t.index[id] + 1]) === 0;
}

/** Counts one more use of a name in a name space: names are told apart by their bytes, not by their place. */
function countName(t: CTables, name: number, space: number): number {
  const head = hash(t, name) & t.nameMask;
  let entry = t.nameHeads[head];
  while (entry !== 0) {
    const key = t.nameKeys[entry];
    if ((key & 1) === space && isSame(t, key >>> 1, name)) {
      t.nameCounts[entry]++;
      return t.nameCounts[entry];
    }
    entry = t.nameNexts[entry];
  }
  entry = t.lastName + 1;
  t.lastName = entry;
  t.nameKeys[entry] = (name << 1) | space;
  t.nameCounts[entry] = 1;
  t.nameNexts[entry] = t.nameHeads[head];
  t.nameHeads[head] = entry;
  return 1;
}

function hash(t: CTables, name: number): number {
  let value = 0;
  for (let at = name; ; at += 4) {
    const word = t.stringView.getInt32(at, true);
    const end = firstZero(word);
    if (end < 4) return mix(value, end === 0 ? 0 : word << (32 - 8 * end));
    value = mix(value, word);
  }
}

function mix(value: number, word: number): number {
  const mixed = Math.imul(value ^ word, 0x9e37_79b1 | 0);
  return mixed ^ (mixed >>> 15);
}

function isSame(t: CTables, a: number, b: number): boolean {
  return a === b || compareStrings(t.strings, a, b) === 0;
}

/** As strcmp(3) of the strings at two offsets. */
export function compareStrings(strings: Uint8Array, a: number, b: number): number {
  if (a === b) return 0;
  for (let i = 0; ; i++) {
    const byte = strings[a + i];
    if (byte !== strings[b + i]) return byte - strings[b + i];
    if (byte === 0) return 0;
  }
}
