/** What is done to a value after it was loaded, one after the other. */
export type ContextOp =
  | { readonly op: 'and' | 'rsh' | 'lsh'; readonly by: number }
  /** 1 where it is not 0. */
  | { readonly op: 'bool' }
  /** 0 where it is not above the number that the kernel's configuration gives. */
  | { readonly op: 'above'; readonly config: string }
  /** -1 where it equals. */
  | { readonly op: 'none'; readonly at: number };

/**
 * One field of a context as programs see it, and where the kernel keeps it.
 *
 * A path leads from the kernel's object to the value: each step is `struct.member`, a step before the last is a pointer
 * that is followed. `a.b+c.d` is member d of a struct c that lies at a.b; a step without a member is the struct's start.
 */
export interface ContextField {
  readonly name: string;
  /** Bytes from the start of the context that programs see. */
  readonly offset: number;
  /** Bytes of the field, of one element where there are several. */
  readonly size: number;
  /** Elements of an array; element n of the kernel's is `size` bytes further each. Default 1. */
  readonly count?: number;
  readonly path: readonly string[];
  /** The path of kernels that do not have `path`. */
  readonly formerPath?: readonly string[];
  /** Bytes that are loaded, where the kernel's member has another size (a struct, an array). */
  readonly width?: 1 | 2 | 4 | 8;
  /** Accesses of any size and place go straight to the bytes behind the field. */
  readonly bytes?: boolean;
  readonly ops?: readonly ContextOp[];
  /** Programs may store; the value goes where it is loaded from. `below`: values from here on are left out. */
  readonly store?: boolean | { readonly below: number };
  /**
   * A way that a path cannot say. `shared_info`: the path begins at the skb's shared info. `linear_end`: the end of the
   * linear part. `timestamp`: a delivery time is hidden from programs that do not know of it. `nullable`: a null pointer
   * on the way is 0. `full_socket`: 0 where the socket is no full one.
   */
  readonly via?: 'shared_info' | 'linear_end' | 'timestamp' | 'nullable' | 'full_socket';
  /** What the loaded value is, where it is a pointer. */
  readonly pointer?: 'packet' | 'packet_meta' | 'packet_end' | 'socket' | 'memory';
}

/** A context struct of programs and the kernel struct behind it. */
export interface ContextStruct {
  /** The name that programs use, e.g. `xdp_md`. */
  readonly name: string;
  readonly size: number;
  /** What a program's context pointer leads to, e.g. `xdp_buff`. */
  readonly kernel: string;
  /** Where a store over several steps saves a register meanwhile. */
  readonly temp?: string;
  readonly fields: readonly ContextField[];
}

/** The field that holds the byte at `offset`. */
export function contextFieldAt(context: ContextStruct, offset: number): ContextField | undefined {
  return context.fields.find(
    (field) => offset >= field.offset && offset < field.offset + field.size * (field.count ?? 1),
  );
}
