import type { Btf } from '../btf.ts';
import { errDedupWork, errKind } from '../errors.ts';
import { BTF_KIND, BTF_KIND_MAX, infoFlag, infoKind, infoVlen } from '../kinds.ts';
import type { BtfId } from '../model.ts';
import { CandidateOrder, Candidates } from './candidates.ts';

/** No type yet found that a type may become. */
export const UNMAPPED = 0xffff_ffff;
/** A reference that is being looked into: to meet it again is a loop. */
export const IN_PROGRESS = 0xffff_fffe;

/** Comparisons allowed per word of types: eight kernels merged into one need 1.6, the suite's 790 objects 0.4. */
const WORK_PER_WORD = 16;
const WORK_MINIMUM = 2_000_000;

/** The types that are being deduplicated, and which of them became which. */
export class DedupGraph {
  /** A copy: references are changed as they are resolved. */
  readonly words: Uint32Array;
  readonly index: Uint32Array;
  /** First id that is not the base's. */
  readonly firstId: BtfId;
  readonly count: number;
  /** The type that stands for each type, itself where it stands for itself; `UNMAPPED` where not known. */
  readonly map: Uint32Array;
  /** Kind and name of each type, close together for walks that jump from type to type. */
  readonly kinds: Uint8Array;
  readonly names: Uint32Array;
  readonly order: CandidateOrder;
  /** Types that stand for themselves, by signature. */
  readonly candidates: Candidates;
  #work: number;

  constructor(btf: Btf, words: Uint32Array) {
    this.words = words;
    this.index = btf.index;
    this.firstId = btf.firstId;
    this.count = btf.typeCount;
    this.map = new Uint32Array(this.count).fill(UNMAPPED);
    this.map[0] = 0;
    this.order = new CandidateOrder(this.count);
    this.candidates = new Candidates(this.order, this.count);
    this.#work = WORK_MINIMUM + WORK_PER_WORD * words.length;
    this.kinds = new Uint8Array(this.count);
    this.names = new Uint32Array(this.count);
    for (let id = 1; id < this.count; id++) {
      const at = this.index[id];
      const kind = infoKind(words[at + 1]);
      if (kind > BTF_KIND_MAX) throw errKind({ id, kind });
      this.kinds[id] = kind;
      this.names[id] = words[at];
      // Those of a base stand for themselves, and so does every variable.
      if (id < this.firstId || kind === BTF_KIND.VAR || kind === BTF_KIND.DATASEC) this.map[id] = id;
    }
  }

  /** Counts steps of work, whose sum stays in proportion to the input. @throws {BtfError} BTF_DEDUP_WORK */
  work(steps: number): void {
    this.#work -= steps;
    if (this.#work < 0)
      throw errDedupWork({ types: this.count - 1, limit: WORK_MINIMUM + WORK_PER_WORD * this.words.length });
  }

  vlen(id: BtfId): number {
    return infoVlen(this.words[this.index[id] + 1]);
  }

  /** STRUCT or UNION, as a FWD declares. */
  forwardKind(id: BtfId): number {
    return infoFlag(this.words[this.index[id] + 1]) ? BTF_KIND.UNION : BTF_KIND.STRUCT;
  }

  isMapped(id: BtfId): boolean {
    return this.map[id] < this.count;
  }

  /** The type that stands for it as far as is known now. */
  resolve(id: BtfId): BtfId {
    const { map, count } = this;
    let at = id;
    for (let next = map[at]; next < count && next !== at; next = map[at]) at = next;
    return at;
  }

  /** Makes a type stand for itself and others of that signature for it. */
  addCandidate(hash: number, id: BtfId): void {
    this.order.add(id);
    this.candidates.add(hash, id);
  }
}
