import { ByteWriter, type Endian } from '../../base/index.ts';
import type { Shape } from '../../btf/index.ts';
import { type BpfObject, type MapSpec, valueShape } from '../../object/index.ts';
import { createCodec } from '../codec.ts';
import { errAttachTarget } from '../errors.ts';
import type { MapHandle } from '../map-handle.ts';
import type { UsdtArgument } from './arguments.ts';

/** What libbpf's usdt.bpf.h keeps the arguments' places in: an array of specs, and ids by address for old kernels. */
const SPECS = '__bpf_usdt_specs';
const IDS_BY_ADDRESS = '__bpf_usdt_ip_to_spec_id';

/** How `enum __bpf_usdt_arg_type` numbers them. */
const ARGUMENT_KINDS: readonly UsdtArgument['kind'][] = ['const', 'reg', 'deref', 'sib'];

type SpecMap = MapHandle & { readonly spec: MapSpec };

/** The specs that one attachment holds. */
export interface UsdtSpecUse {
  /** The id of a spec; the same for the same text. */
  idOf(text: string, spec: { readonly args: readonly UsdtArgument[]; readonly cookie: bigint }): number;
  /** Says which spec belongs to an address, for kernels that hand programs no cookie. */
  bindAddress(address: bigint, id: number): void;
  /** Gives the ids back. */
  release(): void;
}

/** The specs of static probes of one object: which are in use, and what they say, in the object's own maps. */
export class UsdtSpecs {
  readonly #object: BpfObject;
  readonly #maps: () => readonly SpecMap[];
  readonly #free: number[] = [];
  #next = 0;

  constructor(object: BpfObject, maps: () => readonly SpecMap[]) {
    this.#object = object;
    this.#maps = maps;
  }

  /** Begins an attachment. @param program for messages @throws {LoaderError} where the object has not the maps */
  use(program: string): UsdtSpecUse {
    const find = (wanted: string) => this.#maps().find(({ name }) => name === wanted);
    const [specs, byAddress] = [find(SPECS), find(IDS_BY_ADDRESS)];
    if (specs === undefined || byAddress === undefined) {
      throw errAttachTarget(program, 'failed to find USDT support BPF maps, did you forget to include bpf/usdt.bpf.h?');
    }
    const { endian } = this.#object;
    const shape = valueShape(this.#object.btf, specs.spec);
    const ids = new Map<string, number>();
    const addresses: Uint8Array[] = [];
    return {
      idOf: (text, { args, cookie }) => {
        const known = ids.get(text);
        if (known !== undefined) return known;
        const id = this.#takeId(program, specs.info().maxEntries);
        ids.set(text, id);
        specs.update(word(id, endian), encodeSpec(program, shape, { args, cookie, endian }));
        return id;
      },
      bindAddress(address, id) {
        const key = new ByteWriter(endian, 8).u64(address).toBytes();
        byAddress.update(key, word(id, endian), 1n);
        addresses.push(key);
      },
      release: () => {
        this.#free.push(...ids.values());
        for (const key of addresses) byAddress.delete(key);
        ids.clear();
        addresses.length = 0;
      },
    };
  }

  #takeId(program: string, room: number): number {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    if (this.#next >= room) throw errAttachTarget(program, `${SPECS} has room for ${room} specs, all are in use`);
    return this.#next++;
  }
}

function word(value: number, endian: Endian): Uint8Array {
  return new ByteWriter(endian, 4).u32(value).toBytes();
}

/** A `struct __bpf_usdt_spec` as the object has it: headers before libbpf 1.7 know no index registers. */
function encodeSpec(
  program: string,
  shape: Shape,
  { args, cookie, endian }: { args: readonly UsdtArgument[]; cookie: bigint; endian: Endian },
): Uint8Array {
  const hasIndex = indexIsKnown(shape);
  if (!hasIndex && args.some(({ kind }) => kind === 'sib')) {
    throw errAttachTarget(
      program,
      "an argument has an index register, which the object's bpf/usdt.bpf.h does not know",
    );
  }
  return createCodec<unknown>(shape, endian).encode({
    args: args.map((arg) => ({
      val_off: BigInt.asUintN(64, arg.value),
      arg_type: ARGUMENT_KINDS.indexOf(arg.kind),
      reg_off: arg.register,
      arg_signed: arg.signed,
      arg_bitshift: arg.bitshift,
      ...(hasIndex && { idx_reg_off: arg.index, scale_bitshift: arg.scaleShift }),
    })),
    usdt_cookie: BigInt.asUintN(64, cookie),
    arg_cnt: args.length,
  });
}

function indexIsKnown(shape: Shape): boolean {
  const args = shape.kind === 'struct' ? shape.fields.find(({ name }) => name === 'args')?.shape : undefined;
  const element = args?.kind === 'array' ? args.element : undefined;
  return element?.kind === 'struct' && element.fields.some(({ name }) => name === 'idx_reg_off');
}
