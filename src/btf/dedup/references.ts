import { errReferenceLoop } from '../errors.ts';
import type { BtfId } from '../model.ts';
import { forEachTypeId } from '../references.ts';
import type { DedupGraph } from './graph.ts';
import { IN_PROGRESS, UNMAPPED } from './graph.ts';
import { findEqual } from './primitives.ts';
import { hashType } from './signature.ts';

/**
 * Maps the types that only refer to others: what they refer to is mapped first, after which equal ones are the same word
 * by word. @throws {BtfError} BTF_REFERENCE_LOOP
 */
export function dedupReferences(graph: DedupGraph): void {
  const { words, index, firstId, count, map } = graph;
  const open: BtfId[] = [];
  const resolve = (id: BtfId, word: number) => {
    words[word] = graph.resolve(id);
  };
  for (let root = firstId; root < count; root++) {
    if (map[root] !== UNMAPPED) continue;
    open.push(root);
    while (open.length > 0) {
      const id = open[open.length - 1];
      if (map[id] === UNMAPPED) {
        map[id] = IN_PROGRESS;
        pushReferences(graph, id, open);
        continue;
      }
      open.pop();
      if (map[id] !== IN_PROGRESS) continue;
      forEachTypeId(words, index[id], resolve);
      const hash = hashType(words, index[id]);
      const known = findEqual(graph, id, hash);
      map[id] = known === 0 ? id : known;
      if (known === 0) graph.addCandidate(hash, id);
    }
  }
}

/** Leaves what a type refers to and is not mapped yet to be mapped, the first of it next. */
function pushReferences(graph: DedupGraph, id: BtfId, open: BtfId[]): void {
  const { words, index, map } = graph;
  const start = open.length;
  forEachTypeId(words, index[id], (to) => {
    if (map[to] === IN_PROGRESS) throw errReferenceLoop({ id, refers: to });
    if (map[to] === UNMAPPED) open.push(to);
  });
  for (let low = start, high = open.length - 1; low < high; low++, high--) {
    const first = open[low];
    open[low] = open[high];
    open[high] = first;
  }
}
