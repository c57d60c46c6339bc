/** What is loaded from a context. */
export type Loaded =
  | { readonly kind: 'number' }
  /** A number that a function returned, of which the range is known. */
  | { readonly kind: 'range'; readonly min: number; readonly max: number }
  /** A pointer; `typeId` of the BTF with that number, where it leads to an object. */
  | {
      readonly kind: 'pointer';
      readonly type: number;
      readonly typeId?: number;
      readonly btf?: number;
      /** The reference that it stands for. */
      readonly reference?: number;
    };
