import { BTF_KIND } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { Equivalence } from './equivalence.ts';
import type { DedupGraph } from './graph.ts';
import { UNMAPPED } from './graph.ts';
import type { Outlines } from './outlines.ts';
import { isCompositeKind, similarComposites } from './signature.ts';

/** Maps every struct and union to the first of those known that says the same. */
export function dedupComposites(graph: DedupGraph, outlines: Outlines): void {
  const { words, index, firstId, count, map, candidates } = graph;
  const equivalence = new Equivalence(graph);
  const find = (id: BtfId, hash: number): BtfId => {
    const vlen = graph.vlen(id);
    for (let other = candidates.first(hash); other !== 0; other = candidates.next(other)) {
      graph.work(1 + vlen);
      if (!isCompositeKind(graph.kinds[other]) || !similarComposites(words, index[id], index[other])) continue;
      if (!equivalence.check(id, other)) continue;
      equivalence.merge();
      if (!equivalence.adjustsBase) return other;
    }
    return 0;
  };
  for (let id = firstId; id < count; id++) {
    if (map[id] !== UNMAPPED || !isCompositeKind(graph.kinds[id])) continue;
    const hash = outlines.ofComposite(id);
    const known = find(id, hash);
    if (known !== 0) map[id] = known;
    else {
      map[id] = id;
      graph.addCandidate(hash, id);
    }
  }
}

/** Maps the declarations that are still open to the only struct or union of their name, where there is only one. */
export function resolveForwards(graph: DedupGraph): void {
  const { names, firstId, count, map } = graph;
  /** By name: the only one's id, or 0 where there are several. */
  const named = new Map<number, BtfId>();
  for (let id = 1; id < count; id++) {
    if (!isCompositeKind(graph.kinds[id]) || map[id] !== id) continue;
    const name = names[id];
    named.set(name, named.has(name) ? 0 : id);
  }
  for (let id = firstId; id < count; id++) {
    if (graph.kinds[id] !== BTF_KIND.FWD || map[id] !== id) continue;
    const found = named.get(names[id]) ?? 0;
    if (found !== 0 && graph.kinds[found] === graph.forwardKind(id)) map[id] = found;
  }
}
