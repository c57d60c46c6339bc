import { BTF_KIND, infoFlag, infoKind, infoVlen } from '../kinds.ts';
import { alignment, isModifier, valueSize, type Wide } from '../layout.ts';
import { writeEnum } from './enumeration.ts';
import { identifierNumber, nameOf, writeForward, writeNumbered, writeTag } from './names.ts';
import { writePadding } from './padding.ts';
import { type CTables, PROBLEM, STACK_MAX } from './tables.ts';
import { equals, newLine, write, writeString, writeUnsigned } from './text.ts';

// Prints declarations and definitions in C: `struct foo *(*name[4])(int)`, `struct foo { … }`. A chain is a type with those that it leads to through
// pointers, arrays and modifiers, which C writes around its name from the innermost type outwards.

/** Longest chain, and deepest nesting of declarators and structs in each other. */
export const CHAIN_MAX = 4096;
export const NESTING_MAX = 1000;

/** In place of a string offset: the caller's name. */
const GIVEN = -1;

/** A declaration of the name at a string offset (0 is none), as of type `id`. */
export function declare(t: CTables, id: number, name: number): void {
  declareNumbered(t, id, { name, number: 1 });
}

/** A declaration of the caller's name, which need not be one of the BTF's. */
export function declareGiven(t: CTables, id: number): void {
  declare(t, id, GIVEN);
}

/** A declaration of `name___number`. */
function declareNumbered(t: CTables, id: number, { name, number }: { name: number; number: number }): void {
  const outerStart = t.chainStart;
  const outerName = t.name;
  const outerNumber = t.nameNumber;
  t.chainStart = t.top;
  t.name = name;
  t.nameNumber = number;
  pushChain(t, id);
  writeChain(t);
  t.top = t.chainStart;
  t.chainStart = outerStart;
  t.name = outerName;
  t.nameNumber = outerNumber;
}

function pushChain(t: CTables, root: number): void {
  let skipped = 0;
  for (let id = root; ; ) {
    const kind = t.kinds[id];
    const at = t.index[id];
    if (t.withoutModifiers && isModifier(kind)) {
      skipped++;
      if (skipped > CHAIN_MAX) t.fail(PROBLEM.chain, root);
    } else {
      if (t.top - t.chainStart === CHAIN_MAX || t.top === STACK_MAX) t.fail(PROBLEM.chain, root);
      t.stack[t.top] = id;
      t.top++;
    }
    if (kind === BTF_KIND.ARRAY) id = t.words[at + 3];
    else if (kind === BTF_KIND.PTR || kind === BTF_KIND.FUNC_PROTO || isModifier(kind)) id = t.words[at + 2];
    else return;
  }
}

/** Prints what is left of the chain. */
function writeChain(t: CTables): void {
  if (t.nesting === NESTING_MAX) t.fail(PROBLEM.nesting, t.stack[t.chainStart]);
  t.nesting++;
  // A pointer alone, as in `(*name)`, is not set off from what comes before it.
  let lastWasPointer = true;
  let isDone = false;
  while (!isDone && t.top > t.chainStart) {
    t.top--;
    const id = t.stack[t.top];
    const kind = t.kinds[id];
    if (kind === BTF_KIND.PTR) {
      write(t, lastWasPointer ? '*' : ' *');
    } else if (kind === BTF_KIND.ARRAY) {
      writeArray(t, id, lastWasPointer);
      isDone = true;
    } else if (kind === BTF_KIND.FUNC_PROTO) {
      writePrototype(t, id, lastWasPointer);
      isDone = true;
    } else {
      isDone = !writeType(t, id);
    }
    lastWasPointer = kind === BTF_KIND.PTR;
  }
  if (!isDone) writeName(t, lastWasPointer);
  t.nesting--;
}

/** Prints a type that has a name or stands in place, or what qualifies a pointer. @returns false for kinds that C has not */
function writeType(t: CTables, id: number): boolean {
  switch (t.kinds[id]) {
    case BTF_KIND.CONST:
      write(t, ' const');
      return true;
    case BTF_KIND.VOLATILE:
      write(t, ' volatile');
      return true;
    case BTF_KIND.RESTRICT:
      write(t, ' restrict');
      return true;
    default:
      writeModifiers(t);
      return writeUnqualified(t, id);
  }
}

function writeUnqualified(t: CTables, id: number): boolean {
  const kind = t.kinds[id];
  switch (kind) {
    case BTF_KIND.TYPEDEF:
      writeNumbered(t, nameOf(t, id), identifierNumber(t, id));
      return true;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      if (nameOf(t, id) === 0) writeComposite(t, id);
      else writeTag(t, id);
      return true;
    case BTF_KIND.INT:
    case BTF_KIND.FLOAT:
      writeString(t, nameOf(t, id));
      return true;
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      if (nameOf(t, id) === 0) writeEnum(t, id);
      else writeTag(t, id);
      return true;
    case BTF_KIND.VOID:
      write(t, 'void');
      return true;
    case BTF_KIND.FWD:
      writeForward(t, id);
      return true;
    case BTF_KIND.TYPE_TAG:
      writeTypeTag(t, id);
      return true;
    default:
      return false;
  }
}

function writeTypeTag(t: CTables, id: number): void {
  if (t.tagsAreAttributes && infoFlag(t.words[t.index[id] + 1])) {
    write(t, ' __attribute__((');
    writeString(t, nameOf(t, id));
    write(t, '))');
    return;
  }
  write(t, ' __attribute__((btf_type_tag("');
  writeString(t, nameOf(t, id));
  write(t, '")))');
}

/** Modifiers of a type that is no pointer stand before it. */
function writeModifiers(t: CTables): void {
  for (; t.top > t.chainStart; t.top--) {
    const kind = t.kinds[t.stack[t.top - 1]];
    if (kind === BTF_KIND.CONST) write(t, 'const ');
    else if (kind === BTF_KIND.VOLATILE) write(t, 'volatile ');
    else if (kind === BTF_KIND.RESTRICT) write(t, 'restrict ');
    else return;
  }
}

/** Modifiers of an array or a function mean nothing; old compilers write them. */
function dropModifiers(t: CTables): void {
  while (t.top > t.chainStart && isModifier(t.kinds[t.stack[t.top - 1]])) t.top--;
}

function hasName(t: CTables): boolean {
  if (t.name === GIVEN) return t.hasGiven;
  return t.name !== 0 && t.strings[t.name] !== 0;
}

function writeName(t: CTables, lastWasPointer: boolean): void {
  if (!hasName(t)) return;
  if (!lastWasPointer) write(t, ' ');
  if (t.name === GIVEN) t.writeGiven();
  else writeNumbered(t, t.name, t.nameNumber);
}

function writeArray(t: CTables, id: number, lastWasPointer: boolean): void {
  dropModifiers(t);
  if (t.top === t.chainStart) {
    writeName(t, lastWasPointer);
  } else {
    const isNested = t.kinds[t.stack[t.top - 1]] === BTF_KIND.ARRAY;
    if (hasName(t) && !lastWasPointer) write(t, ' ');
    if (!isNested) write(t, '(');
    writeChain(t);
    if (!isNested) write(t, ')');
  }
  write(t, '[');
  writeUnsigned(t, t.words[t.index[id] + 5]);
  write(t, ']');
}

function writePrototype(t: CTables, id: number, lastWasPointer: boolean): void {
  dropModifiers(t);
  if (t.top > t.chainStart) {
    write(t, ' (');
    writeChain(t);
    write(t, ')');
  } else {
    writeName(t, lastWasPointer);
  }
  write(t, '(');
  writeParameters(t, id);
  write(t, ')');
}

function writeParameters(t: CTables, id: number): void {
  const at = t.index[id];
  const count = infoVlen(t.words[at + 1]);
  if (count === 0 || (count === 1 && t.words[at + 4] === 0)) {
    write(t, 'void');
    return;
  }
  for (let i = 0; i < count; i++) {
    const parameter = at + 3 + 2 * i;
    const type = t.words[parameter + 1];
    if (i > 0) write(t, ', ');
    if (type === 0 && i === count - 1) write(t, '...');
    else declare(t, type, t.words[parameter]);
  }
}

/** Prints the definition of a struct or union at the present level, without a semicolon. */
export function writeComposite(t: CTables, id: number): void {
  const at = t.index[id];
  const info = t.words[at + 1];
  const size: Wide = t.words[at + 2] >>> 0;
  const isStruct = infoKind(info) === BTF_KIND.STRUCT;
  const isPacked = isStruct && isPackedStruct(t, id);
  writeTag(t, id);
  write(t, ' {');
  const from = writeMembers(t, id, isPacked);
  if (isStruct && from < size * 8) {
    writePadding(t, { from, to: size * 8, nextAlign: alignment(t, id), insideBitfields: false });
  }
  if (infoVlen(info) > 0 || size > 0) newLine(t, t.level);
  write(t, '}');
  if (isPacked) write(t, ' __attribute__((packed))');
}

/** @returns the bit behind the last member */
function writeMembers(t: CTables, id: number, isPacked: boolean): Wide {
  const at = t.index[id];
  const info = t.words[at + 1];
  const flag = infoFlag(info);
  const end = at + 3 + 3 * infoVlen(info);
  const level = t.level;
  let from: Wide = 0;
  let afterBitfield = false;
  for (let m = at + 3; m < end; m += 3) {
    const type = t.words[m + 1];
    const place = t.words[m + 2];
    const to: Wide = flag ? place & 0xff_ffff : place >>> 0;
    const bits = flag ? place >>> 24 : 0;
    if (from < to) {
      const nextAlign = isPacked ? 1 : alignment(t, type);
      writePadding(t, { from, to, nextAlign, insideBitfields: afterBitfield && bits !== 0 });
    }
    newLine(t, level + 1);
    t.level = level + 1;
    declare(t, type, t.words[m]);
    t.level = level;
    if (bits !== 0) writeWidth(t, bits);
    from = to + (bits !== 0 ? bits : bitSize(t, type));
    afterBitfield = bits !== 0;
    write(t, ';');
  }
  return from;
}

function writeWidth(t: CTables, bits: number): void {
  write(t, ': ');
  writeUnsigned(t, bits);
}

/** Bits of a value; 0 where it has no size. */
function bitSize(t: CTables, id: number): Wide {
  const size = valueSize(t, id);
  return size < 0 ? 0 : size * 8;
}

/** A member off its natural alignment, or a size that the largest alignment does not divide. */
function isPackedStruct(t: CTables, id: number): boolean {
  const at = t.index[id];
  const info = t.words[at + 1];
  const flag = infoFlag(info);
  const end = at + 3 + 3 * infoVlen(info);
  let largest = 1;
  for (let m = at + 3; m < end; m += 3) {
    const align = alignment(t, t.words[m + 1]);
    const place = t.words[m + 2];
    const isBitfield = flag && place >>> 24 !== 0;
    if (align !== 0 && !isBitfield && (place >>> 0) % (8 * align) !== 0) return true;
    if (align > largest) largest = align;
  }
  return (t.words[at + 2] >>> 0) % largest !== 0;
}

/** Prints `typedef … name`. */
export function writeTypedef(t: CTables, id: number): void {
  const type = t.words[t.index[id] + 2];
  const name = nameOf(t, id);
  // Old compilers give this one no type; the compiler that reads the output has it built in.
  if (type === 0 && equals(t, name, '__gnuc_va_list')) {
    write(t, 'typedef __builtin_va_list __gnuc_va_list');
    return;
  }
  write(t, 'typedef ');
  declareNumbered(t, type, { name, number: identifierNumber(t, id) });
}
