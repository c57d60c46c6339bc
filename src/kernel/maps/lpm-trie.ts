import { alignUp } from '../../base/index.ts';
import type { Errno, MapCreateAttr } from '../../syscall/index.ts';
import { bpf_flags, errno } from '../../uapi/index.ts';
import type { Region } from '../../vm/index.ts';
import { ACCESS_FLAGS, checkShape, KMALLOC_MAX } from './create-rules.ts';
import { ElementPool, onDemandCapacity } from './element-pool.ts';
import { checkExistence } from './hashed-map.ts';
import { field, headerSize } from './header.ts';
import { BpfMap, type MapHost, type MapSpec, type MapType } from './map.ts';
import { structSize } from './memlock.ts';

/** Bytes of a node before its prefix. */
const NODE = 16;
const LEFT = 0;
const LENGTH = 8;
const IS_BRANCH = 12;

/** One node and the link (place of a u32 place) that leads to it, from the root down. */
interface Step {
  readonly link: number;
  readonly node: number;
}

/*
 * BPF_MAP_TYPE_LPM_TRIE. A key is a u32 length of its prefix in bits (machine's byte order), then the bytes. After the
 * header, nodes, one every `elementStride` bytes, from the pool of element-pool.ts; at most 2 × `max_entries`:
 *
 * | at         | what                                                                     |
 * |------------|--------------------------------------------------------------------------|
 * | 0, 4       | u32 places of the subtries whose next bit is 0 and 1; 0 for none            |
 * | 8          | u32 length of the prefix in bits                                          |
 * | 12         | u32 1 for a node that only branches: it is no element                      |
 * | 16         | the prefix's bytes (key size - 4), rounded up to 8, then the value           |
 *
 * `root` of the header is the place of the first node, `count` counts elements.
 */
class LpmTrieMap extends BpfMap {
  readonly #pool: ElementPool;
  readonly #dataSize: number;
  readonly #valueOffset: number;

  constructor(host: MapHost, spec: MapSpec, region: Region) {
    super(host, spec, region);
    this.#dataSize = spec.attr.keySize - 4;
    this.#valueOffset = NODE + alignUp(this.#dataSize, 8);
    this.#pool = new ElementPool(host.memory, {
      at: this.header.place(field.pool),
      elements: region.offset + headerSize(host.pageSize),
      stride: nodeSize(spec.attr),
      capacity: nodeCount(spec.attr),
    });
  }

  override get usedSize(): number {
    return this.#pool.end - this.region.offset;
  }

  override memlock(): number {
    return (structSize.lpm_trie_node + this.#dataSize + this.attr.valueSize) * this.header.get(field.count);
  }

  override lookupElem(key: number): number {
    return this.#match(this.keyAt(key));
  }

  override updateElem(key: number, value: number, flags: bigint): Errno | 0 {
    return this.updateBytes(this.keyAt(key), this.valueAt(value), flags);
  }

  override deleteElem(key: number): Errno | 0 {
    return this.deleteBytes(this.keyAt(key));
  }

  protected override lookupBytes(key: Uint8Array): Uint8Array | Errno {
    const value = this.#match(key);
    return value === 0 ? -errno.ENOENT : this.valueAt(value).slice();
  }

  protected override updateBytes(key: Uint8Array, value: Uint8Array, flags: bigint): Errno | 0 {
    const bits = this.u32Of(key);
    if (flags > BigInt(bpf_flags.BPF_EXIST) || bits > this.#dataSize * 8) return -errno.EINVAL;
    const data = key.subarray(4);
    const path = this.#path(data, bits);
    const last = path.at(-1);
    const here =
      last !== undefined && this.#load(last.node, LENGTH) === bits && this.#common(last.node, data, bits) === bits;
    const exists = here && !this.#load(last.node, IS_BRANCH);
    const wrong = checkExistence(flags, exists);
    if (wrong) return wrong;
    const count = this.header.get(field.count);
    if (!exists) {
      if (count >= this.attr.maxEntries) return -errno.ENOSPC;
      if (2 * (count + 1) > this.#pool.place.capacity) return -errno.ENOMEM;
      this.header.set(field.count, count + 1);
    }
    const node = this.#newNode(data, bits);
    this.valueAt(node + this.#valueOffset).set(value);
    if (here) this.#replace(last, node);
    else this.#attach(node, path);
    return 0;
  }

  protected override deleteBytes(key: Uint8Array): Errno | 0 {
    const bits = this.u32Of(key);
    if (bits > this.#dataSize * 8) return -errno.EINVAL;
    const path = this.#exact(key.subarray(4), bits);
    const last = path?.at(-1);
    if (path === undefined || last === undefined) return -errno.ENOENT;
    this.header.set(field.count, this.header.get(field.count) - 1);
    this.#detach(last, path.at(-2));
    return 0;
  }

  /** Longer prefixes come before those that hold them, 0 before 1. */
  protected override nextKeyBytes(key: Uint8Array | undefined): Uint8Array | Errno {
    const root = this.header.get(field.root);
    if (root === 0) return -errno.ENOENT;
    const bits = key === undefined ? 0 : this.u32Of(key);
    const known = key !== undefined && bits <= this.#dataSize * 8 ? this.#exact(key.subarray(4), bits) : undefined;
    const path = known?.map(({ node }) => node) ?? this.#descend([root]);
    if (known !== undefined) this.#advance(path);
    while (path.length > 0 && this.#load(path[path.length - 1], IS_BRANCH)) this.#advance(path);
    const node = path.at(-1);
    return node === undefined ? -errno.ENOENT : this.#keyOf(node);
  }

  /** To the node that comes next after the last of the path in post-order. */
  #advance(path: number[]): void {
    const node = path.pop() ?? 0;
    const parent = path.at(-1);
    if (parent === undefined || this.#load(parent, LEFT) !== node) return;
    const right = this.#load(parent, LEFT + 4);
    if (right !== 0) this.#descend(path, right);
  }

  /** Down to the first leaf. */
  #descend(path: number[], from = path.pop() ?? 0): number[] {
    for (let node = from; node !== 0; node = this.#load(node, LEFT) || this.#load(node, LEFT + 4)) path.push(node);
    return path;
  }

  /** The value of the longest prefix that matches, or 0. */
  #match(key: Uint8Array): number {
    const bits = this.u32Of(key);
    if (bits > this.#dataSize * 8) return 0;
    const data = key.subarray(4);
    let found = 0;
    let node = this.header.get(field.root);
    while (node !== 0) {
      const length = this.#load(node, LENGTH);
      if (this.#common(node, data, bits) < length) break;
      if (!this.#load(node, IS_BRANCH)) found = node;
      if (length >= bits) break;
      node = this.#load(node, LEFT + 4 * bitAt(data, length));
    }
    return found === 0 ? 0 : found + this.#valueOffset;
  }

  /** The way to the element of exactly that prefix. */
  #exact(data: Uint8Array, bits: number): Step[] | undefined {
    const path = this.#path(data, bits);
    const node = path.at(-1)?.node;
    if (node === undefined || this.#load(node, LENGTH) !== bits || this.#load(node, IS_BRANCH)) return undefined;
    return this.#common(node, data, bits) === bits ? path : undefined;
  }

  /** All nodes from the root on whose prefix the key begins with, and the one after them, if any. */
  #path(data: Uint8Array, bits: number): Step[] {
    const path: Step[] = [];
    let link = this.header.place(field.root);
    for (let node = this.header.get(field.root); node !== 0; node = this.#load(link, 0)) {
      path.push({ link, node });
      const length = this.#load(node, LENGTH);
      if (length >= bits || this.#common(node, data, bits) < length) break;
      link = node + LEFT + 4 * bitAt(data, length);
    }
    return path;
  }

  /** Puts a new node where its path ends: at a free link, above the last node, or beside it under a node that branches. */
  #attach(node: number, path: readonly Step[]): void {
    const last = path.at(-1);
    const data = this.#dataOf(node);
    const bits = this.#load(node, LENGTH);
    if (last === undefined) {
      this.#store(this.header.place(field.root), 0, node);
      return;
    }
    const length = this.#load(last.node, LENGTH);
    const common = this.#common(last.node, data, bits);
    if (common === length) {
      this.#store(last.node, LEFT + 4 * bitAt(data, length), node);
    } else if (common === bits) {
      this.#store(node, LEFT + 4 * bitAt(this.#dataOf(last.node), bits), last.node);
      this.#store(last.link, 0, node);
    } else {
      const branch = this.#newNode(data, common);
      this.#store(branch, IS_BRANCH, 1);
      this.#store(branch, LEFT + 4 * bitAt(data, common), node);
      this.#store(branch, LEFT + 4 * bitAt(this.#dataOf(last.node), common), last.node);
      this.#store(last.link, 0, branch);
    }
  }

  /** Puts a new node in the place of one with the same prefix: whoever holds the old value goes on seeing it. */
  #replace({ link, node: old }: Step, node: number): void {
    this.#store(node, LEFT, this.#load(old, LEFT));
    this.#store(node, LEFT + 4, this.#load(old, LEFT + 4));
    this.#store(link, 0, node);
    this.#pool.giveBack(old);
  }

  /** Takes a node out; one with two subtries stays as a branch, and a branch above a leaf that goes is not needed either. */
  #detach({ link, node }: Step, above: Step | undefined): void {
    const left = this.#load(node, LEFT);
    const right = this.#load(node, LEFT + 4);
    if (left !== 0 && right !== 0) {
      this.#store(node, IS_BRANCH, 1);
      return;
    }
    if (left === 0 && right === 0 && above !== undefined && this.#load(above.node, IS_BRANCH)) {
      const otherLink = link === above.node + LEFT ? LEFT + 4 : LEFT;
      this.#store(above.link, 0, this.#load(above.node, otherLink));
      this.#pool.giveBack(above.node);
    } else {
      this.#store(link, 0, left || right);
    }
    this.#pool.giveBack(node);
  }

  #newNode(data: Uint8Array, bits: number): number {
    const node = this.#pool.take();
    this.host.memory.bytes().fill(0, node, node + NODE);
    this.#store(node, LENGTH, bits);
    this.host.memory.bytes().set(data, node + NODE);
    return node;
  }

  #keyOf(node: number): Uint8Array {
    const key = new Uint8Array(this.attr.keySize);
    key.set(this.u32Bytes(this.#load(node, LENGTH)));
    key.set(this.#dataOf(node), 4);
    return key;
  }

  #dataOf(node: number): Uint8Array {
    return this.bytesAt(node + NODE, this.#dataSize).slice();
  }

  /** How many leading bits a node's prefix and the key's have in common. */
  #common(node: number, data: Uint8Array, bits: number): number {
    const limit = Math.min(this.#load(node, LENGTH), bits);
    const bytes = this.host.memory.bytes();
    for (let i = 0; i * 8 < limit; i++) {
      const difference = bytes[node + NODE + i] ^ data[i];
      if (difference !== 0) return Math.min(limit, i * 8 + Math.clz32(difference) - 24);
    }
    return limit;
  }

  #load(node: number, at: number): number {
    this.host.memory.touch(node, this.#pool.place.stride);
    return this.host.memory.view().getUint32(node + at, true);
  }

  #store(node: number, at: number, value: number): void {
    this.host.memory.touch(node + at, 4);
    this.host.memory.view().setUint32(node + at, value, true);
  }
}

function bitAt(data: Uint8Array, index: number): 0 | 1 {
  return (data[index >> 3] & (0x80 >> (index & 7))) === 0 ? 0 : 1;
}

function nodeSize({ keySize, valueSize }: MapCreateAttr): number {
  return NODE + alignUp(keySize - 4, 8) + alignUp(valueSize, 8);
}

/** One that branches for each element, and one to write before the one that it replaces goes. */
function nodeCount(attr: MapCreateAttr): number {
  return onDemandCapacity(2 * attr.maxEntries, nodeSize(attr));
}

export const lpmTrie: MapType = {
  check: (attr) =>
    checkShape(attr, {
      key: [5, 260],
      value: [1, KMALLOC_MAX - structSize.lpm_trie_node - 256],
      flags: bpf_flags.BPF_F_NO_PREALLOC | bpf_flags.BPF_F_NUMA_NODE | ACCESS_FLAGS,
      required: bpf_flags.BPF_F_NO_PREALLOC,
    }),
  btf: ({ keyKind }) => (keyKind === 'struct' ? 0 : -errno.EINVAL),
  layout({ attr }, { pageSize }) {
    const elements = headerSize(pageSize);
    const elementStride = nodeSize(attr);
    const capacity = nodeCount(attr);
    return {
      size: elements + elementStride * capacity,
      header: { elementStride, capacity, keyOffset: NODE, valueOffset: NODE + alignUp(attr.keySize - 4, 8) },
      places: { elements },
      elements: { offset: elements + NODE, stride: elementStride, size: elementStride - NODE },
    };
  },
  open: (host, spec, region) => new LpmTrieMap(host, spec, region),
};
