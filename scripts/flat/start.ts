// Runs a compiled record: the part of it that is in the command line's bundle.

/** What compile.ts made, with the code in base64. */
export interface StoredImage {
  readonly code: string;
  readonly arrays: readonly { readonly name: string; readonly type: string }[];
  readonly variables: readonly { readonly name: string; readonly type: string }[];
}

/** Bytes of given arrays below which the functions run as TypeScript: it is not worth starting their compiled form. */
const LEAST = 0x1_0000;

/** Whether the compiled form is worth starting. */
export function isWorthIt(contents: Contents): boolean {
  const given = Object.values(contents).filter((content) => typeof content !== 'number');
  return given.length === 0 || given.reduce((sum, { byteLength }) => sum + byteLength, 0) >= LEAST;
}

/** What the compiled functions ask of their host: the record's methods. */
export type Host = Readonly<Record<string, (...values: number[]) => void>>;

/** Bytes of a page, and the most pages that there are. */
const PAGE = 0x1_0000;
const ALIGN = 16;
const ELEMENT: Readonly<Record<string, number>> = { Int32Array: 4, Uint8Array: 1, DataView: 1 };

/** What each array begins with, or how many elements of zero. */
export type Contents = Readonly<Record<string, number | Int32Array | Uint8Array>>;

/**
 * Lays out the arrays in a memory of their own and starts the code.
 * @param contents of the arrays; the last one may be made larger, a `xsView` is another view of `xs`
 */
export function start(image: StoredImage, contents: Contents, host: Host) {
  const places = new Map<string, { at: number; length: number; type: string }>();
  let size = 0;
  for (const { name, type } of image.arrays) {
    const viewed = places.get(name.replace(/View$/, 's'));
    if (viewed !== undefined && name.endsWith('View')) {
      places.set(name, { ...viewed, type });
      continue;
    }
    const content = contents[name];
    const length = typeof content === 'number' ? content : content.length;
    places.set(name, { at: size, length, type });
    size = Math.ceil((size + length * ELEMENT[type]) / ALIGN) * ALIGN;
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE), maximum: PAGE });
  for (const [name, content] of Object.entries(contents)) {
    if (typeof content === 'number') continue;
    const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    new Uint8Array(memory.buffer, places.get(name)!.at).set(bytes);
  }
  const bases = [...places].map(([name, { at }]) => [name, at]);
  const variables = new Map(
    image.variables.map(({ name }) => [name, new WebAssembly.Global({ value: 'i32', mutable: true }, 0)]),
  );
  const imports = { memory, ...Object.fromEntries([...bases, ...variables]), ...host };
  const code = new WebAssembly.Module(Buffer.from(image.code, 'base64'));
  const { exports } = new WebAssembly.Instance(code, { host: imports });
  const functions = exports as Record<string, (...values: number[]) => number>;

  const tables = {};
  for (const [name, place] of places) Object.defineProperty(tables, name, { get: () => viewOf(memory, place) });
  for (const { name, type } of image.variables) {
    const variable = variables.get(name)!;
    Object.defineProperty(tables, name, {
      get: () => (type === 'boolean' ? variable.value !== 0 : variable.value),
      set: (value: number | boolean) => {
        variable.value = Number(value);
      },
    });
  }
  const last = [...places.values()].at(-1)!;
  /** Makes the last array that long. */
  const resize = (length: number) => {
    memory.grow(Math.ceil((last.at + length) / PAGE) - memory.buffer.byteLength / PAGE);
    last.length = length;
  };
  return { ...functions, tables, resize };
}

function viewOf({ buffer }: WebAssembly.Memory, { at, length, type }: { at: number; length: number; type: string }) {
  if (type === 'Int32Array') return new Int32Array(buffer, at, length);
  return type === 'Uint8Array' ? new Uint8Array(buffer, at, length) : new DataView(buffer, at, length);
}
