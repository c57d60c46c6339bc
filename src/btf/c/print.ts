import { BTF_KIND, infoVlen } from '../kinds.ts';
import { writeComposite, writeTypedef } from './declare.ts';
import { writeEnum } from './enumeration.ts';
import { nameOf, tagNumber, writeForward, writeTag } from './names.ts';
import { DEPTH_MAX, isComposite, queueDefinitions } from './order.ts';
import { ACTIVE, type CTables, DONE, PROBLEM } from './tables.ts';
import { equals, write } from './text.ts';

// Prints types as C, each once, with what they need before them. What was printed is kept, so that calls add up to one
// text that compiles.

/** Prints the definition of a type and of all that it needs, but for what was printed before. */
export function define(t: CTables, id: number): void {
  queueDefinitions(t, id);
  for (let i = 0; i < t.queueLength; i++) print(t, t.queue[i], 0);
}

/**
 * Prints what a declaration with that type needs before it: definitions of what it holds by value, and the names of
 * what it points to.
 */
export function prepare(t: CTables, id: number): void {
  define(t, id);
  if (id !== 0) print(t, id, id);
}

function endDefinition(t: CTables): void {
  write(t, ';\n\n');
}

/** @param container the named struct, union or typedef whose definition wants this type; 0 is a definition itself */
function print(t: CTables, id: number, container: number): void {
  const state = t.printStates[id];
  if (state === DONE) return;
  t.printSteps++;
  if (t.depth > DEPTH_MAX || t.printSteps > t.stepsMax) t.fail(PROBLEM.tooDeep, id);
  if (state === ACTIVE) {
    printAgain(t, id, container);
    return;
  }
  t.depth++;
  printKind(t, id, container);
  t.depth--;
}

function printKind(t: CTables, id: number, container: number): void {
  const at = t.index[id];
  switch (t.kinds[id]) {
    case BTF_KIND.INT:
      printMissing(t, id);
      t.printStates[id] = DONE;
      break;
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
      if (container === 0) {
        writeEnum(t, id);
        endDefinition(t);
      }
      t.printStates[id] = DONE;
      break;
    case BTF_KIND.PTR:
    case BTF_KIND.VOLATILE:
    case BTF_KIND.CONST:
    case BTF_KIND.RESTRICT:
    case BTF_KIND.TYPE_TAG:
      print(t, t.words[at + 2], container);
      break;
    case BTF_KIND.ARRAY:
      print(t, t.words[at + 3], container);
      break;
    case BTF_KIND.FWD:
      writeForward(t, id);
      endDefinition(t);
      t.printStates[id] = DONE;
      break;
    case BTF_KIND.TYPEDEF:
      t.printStates[id] = ACTIVE;
      print(t, t.words[at + 2], id);
      if (t.forwarded[id] === 0) printTypedef(t, id);
      t.printStates[id] = DONE;
      break;
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      printComposite(t, id, container);
      break;
    case BTF_KIND.FUNC_PROTO: {
      const end = at + 3 + 2 * infoVlen(t.words[at + 1]);
      print(t, t.words[at + 2], container);
      for (let m = at + 3; m < end; m += 2) print(t, t.words[m + 1], container);
      break;
    }
    default:
      break;
  }
}

/** A type met again while what it needs is printed: by name only, through a pointer. */
function printAgain(t: CTables, id: number, container: number): void {
  if (t.forwarded[id] !== 0) return;
  const kind = t.kinds[id];
  if (kind === BTF_KIND.TYPEDEF) {
    printTypedef(t, id);
    t.forwarded[id] = 1;
    return;
  }
  if (isComposite(kind) && id !== container && nameOf(t, id) !== 0) forwardComposite(t, id);
}

function forwardComposite(t: CTables, id: number): void {
  writeTag(t, id);
  endDefinition(t);
  t.forwarded[id] = 1;
}

/** A definition, or one in place for want of a name, needs its members' types; else the name is enough. */
function printComposite(t: CTables, id: number, container: number): void {
  const at = t.index[id];
  const isAnonymous = nameOf(t, id) === 0;
  t.printStates[id] = ACTIVE;
  if (container === 0 || isAnonymous) {
    const inside = isAnonymous ? container : id;
    const end = at + 3 + 3 * infoVlen(t.words[at + 1]);
    for (let m = at + 3; m < end; m += 3) print(t, t.words[m + 1], inside);
  } else if (t.forwarded[id] === 0 && id !== container) {
    forwardComposite(t, id);
  }
  if (container === 0) {
    writeComposite(t, id);
    endDefinition(t);
  }
  t.printStates[id] = container === 0 ? DONE : 0;
}

function printTypedef(t: CTables, id: number): void {
  if (equals(t, nameOf(t, id), '__builtin_va_list')) return;
  writeTypedef(t, id);
  endDefinition(t);
}

/** Names that compilers for Arm give to vectors of polynomials, and what stands for them elsewhere. */
function printMissing(t: CTables, id: number): void {
  if (tagNumber(t, id) !== 1) return;
  const name = nameOf(t, id);
  if (equals(t, name, '__Poly8_t')) write(t, 'typedef unsigned char __Poly8_t;\n\n');
  else if (equals(t, name, '__Poly16_t')) write(t, 'typedef unsigned short __Poly16_t;\n\n');
  else if (equals(t, name, '__Poly64_t')) write(t, 'typedef unsigned long long __Poly64_t;\n\n');
  else if (equals(t, name, '__Poly128_t')) write(t, 'typedef unsigned __int128 __Poly128_t;\n\n');
}
