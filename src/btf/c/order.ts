import { BTF_KIND, infoVlen } from '../kinds.ts';
import { nameOf } from './names.ts';
import { ACTIVE, type CTables, DONE, PROBLEM } from './tables.ts';

// Orders definitions so that C accepts them: what a type holds by value comes before it. What it only points to may come
// later (a forward declaration serves), unless that has no name and so is defined in place.
//
// The order is libbpf's, quirks included: it decides what `bpftool btf dump format c` prints first.
// @see tools/lib/bpf/btf_dump.c (v6.12)

/** Deepest nesting of types that is followed. */
export const DEPTH_MAX = 1000;

/** Whether the type and all that it needs were given out. */
export function isOrdered(t: CTables, id: number): boolean {
  return t.orderStates[id] === DONE;
}

/** Queues the definitions that have to be printed for a type, itself last, but for those given out before. */
export function queueDefinitions(t: CTables, id: number): void {
  t.queueLength = 0;
  visit(t, id, false);
}

/** @returns whether the type must be defined before what leads to it; a pointer to a named type may wait */
function visit(t: CTables, id: number, throughPointer: boolean): boolean {
  if (t.orderStates[id] === DONE) return true;
  t.orderSteps++;
  if (t.depth > DEPTH_MAX || t.orderSteps > t.stepsMax) return t.fail(PROBLEM.tooDeep, id);
  if (t.orderStates[id] === ACTIVE) {
    if (throughPointer && isComposite(t.kinds[id]) && nameOf(t, id) !== 0) return false;
    return t.fail(PROBLEM.cycle, id);
  }
  t.depth++;
  const strong = visitKind(t, id, throughPointer);
  t.depth--;
  return strong;
}

function visitKind(t: CTables, id: number, throughPointer: boolean): boolean {
  const at = t.index[id];
  switch (t.kinds[id]) {
    case BTF_KIND.PTR: {
      const strong = visit(t, t.words[at + 2], true);
      t.orderStates[id] = DONE;
      return strong;
    }
    case BTF_KIND.ARRAY:
      return pass(t, id, { target: t.words[at + 3], throughPointer: false });
    case BTF_KIND.VOLATILE:
    case BTF_KIND.CONST:
    case BTF_KIND.RESTRICT:
    case BTF_KIND.TYPE_TAG:
      return pass(t, id, { target: t.words[at + 2], throughPointer });
    case BTF_KIND.STRUCT:
    case BTF_KIND.UNION:
      return throughPointer && nameOf(t, id) !== 0 ? false : visitMembers(t, id);
    case BTF_KIND.ENUM:
    case BTF_KIND.ENUM64:
    case BTF_KIND.FWD:
      // An enum without a name that nothing refers to is a definition of its own.
      return finish(t, id, nameOf(t, id) !== 0 || t.referenced[id] === 0);
    case BTF_KIND.TYPEDEF: {
      const strong = visit(t, t.words[at + 2], throughPointer);
      return throughPointer && !strong ? false : finish(t, id, true);
    }
    case BTF_KIND.FUNC_PROTO:
      return visitPrototype(t, id, throughPointer);
    case BTF_KIND.INT:
    case BTF_KIND.FLOAT:
    case BTF_KIND.FUNC:
    case BTF_KIND.VAR:
    case BTF_KIND.DATASEC:
    case BTF_KIND.DECL_TAG:
      t.orderStates[id] = DONE;
      return false;
    default:
      return t.fail(PROBLEM.unprintable, id);
  }
}

/** What only leads to a type is done with it. */
function pass(
  t: CTables,
  id: number,
  { target, throughPointer }: { target: number; throughPointer: boolean },
): boolean {
  const strong = visit(t, target, throughPointer);
  if (t.orderStates[target] === DONE) t.orderStates[id] = DONE;
  return strong;
}

function visitMembers(t: CTables, id: number): boolean {
  const at = t.index[id];
  t.orderStates[id] = ACTIVE;
  const end = at + 3 + 3 * infoVlen(t.words[at + 1]);
  for (let m = at + 3; m < end; m += 3) visit(t, t.words[m + 1], false);
  return finish(t, id, nameOf(t, id) !== 0);
}

function visitPrototype(t: CTables, id: number, throughPointer: boolean): boolean {
  const at = t.index[id];
  const end = at + 3 + 2 * infoVlen(t.words[at + 1]);
  let strong = visit(t, t.words[at + 2], throughPointer);
  for (let m = at + 3; m < end; m += 2) {
    if (visit(t, t.words[m + 1], throughPointer)) strong = true;
  }
  return strong;
}

function finish(t: CTables, id: number, isDefinition: boolean): boolean {
  if (isDefinition) {
    t.queue[t.queueLength] = id;
    t.queueLength++;
  }
  t.orderStates[id] = DONE;
  return true;
}

/** Whether a kind is a struct or a union. */
export function isComposite(kind: number): boolean {
  return kind === BTF_KIND.STRUCT || kind === BTF_KIND.UNION;
}

/** Marks types that some other type refers to. A FUNC refers to a FUNC_PROTO alone, which nobody asks for. */
export function markReferenced(t: CTables): void {
  for (let id = 1; id < t.typeCount; id++) {
    const at = t.index[id];
    switch (t.kinds[id]) {
      case BTF_KIND.VOLATILE:
      case BTF_KIND.CONST:
      case BTF_KIND.RESTRICT:
      case BTF_KIND.PTR:
      case BTF_KIND.TYPEDEF:
      case BTF_KIND.VAR:
      case BTF_KIND.DECL_TAG:
      case BTF_KIND.TYPE_TAG:
        t.referenced[t.words[at + 2]] = 1;
        break;
      case BTF_KIND.ARRAY:
        t.referenced[t.words[at + 3]] = 1;
        t.referenced[t.words[at + 4]] = 1;
        break;
      case BTF_KIND.STRUCT:
      case BTF_KIND.UNION:
        markElements(t, at, { type: 1, size: 3 });
        break;
      case BTF_KIND.FUNC_PROTO:
        markElements(t, at, { type: 1, size: 2 });
        break;
      case BTF_KIND.DATASEC:
        markElements(t, at, { type: 0, size: 3 });
        break;
      default:
        break;
    }
  }
}

function markElements(t: CTables, at: number, { type, size }: { type: number; size: number }): void {
  const first = at + 3 + type;
  const end = first + size * infoVlen(t.words[at + 1]);
  for (let m = first; m < end; m += size) t.referenced[t.words[m]] = 1;
}
