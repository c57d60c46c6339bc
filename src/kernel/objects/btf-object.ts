import { invariant } from '../../base/index.ts';
import { type Btf, parseBtf } from '../../btf/index.ts';
import type { KernelProfile } from '../../catalog/index.ts';
import type { BpfBtf } from '../core/btf.ts';
import type { ObjectCodec } from '../core/object-table.ts';
import type { Store } from '../core/store.ts';

const DATA = 'btf.data';

/** A BTF object; a blob that is `load`ed when first asked for, types that are parsed then. */
export class BtfObject implements BpfBtf {
  readonly id: number;
  readonly name: string;
  readonly kernelBtf: boolean;
  readonly #load: () => Uint8Array;
  #bytes: Uint8Array | undefined;
  #types: Btf | undefined;

  constructor(options: { id: number; name: string; kernelBtf: boolean; load: () => Uint8Array; types?: Btf }) {
    this.id = options.id;
    this.name = options.name;
    this.kernelBtf = options.kernelBtf;
    this.#load = options.load;
    this.#types = options.types;
  }

  bytes(): Uint8Array {
    this.#bytes ??= this.#load();
    return this.#bytes;
  }

  types(): Btf {
    this.#types ??= parseBtf(this.bytes());
    return this.#types;
  }
}

/** The kernel's own BTF: its bytes are the profile's and are not saved. */
export function kernelBtfObject(id: number, profile: KernelProfile): BtfObject {
  return new BtfObject({ id, name: 'vmlinux', kernelBtf: true, load: () => profile.btf() ?? new Uint8Array() });
}

/** How BTF objects are saved: the blob is a record of its own. */
export function btfCodec(profile: KernelProfile, store: Store | undefined): ObjectCodec<BpfBtf> {
  const saved = new Set<number>();
  return {
    restore(id, record) {
      saved.add(id);
      if (record.kernelBtf) return kernelBtfObject(id, profile);
      const load = () => {
        const bytes = store?.get(DATA, id);
        invariant(bytes instanceof Uint8Array, `BTF ${id} has its blob`);
        return bytes;
      };
      return new BtfObject({ id, name: record.name as string, kernelBtf: false, load });
    },
    record(btf, id) {
      if (!saved.has(id) && !btf.kernelBtf) store?.put(DATA, id, btf.bytes());
      saved.add(id);
      return { name: btf.name, kernelBtf: btf.kernelBtf };
    },
    release(_btf, id) {
      if (saved.delete(id)) store?.remove(DATA, id);
    },
  };
}
