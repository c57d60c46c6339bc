import { Decoder } from './decoder.ts';
import { errModule } from './errors.ts';
import { KIND, SECTION } from './module.ts';
import { functionName, type Names } from './names.ts';
import { formatBody, typeName } from './text-body.ts';

/** A module as far as its text says it; what refers to functions is written when their names are known. */
interface Module {
  types: string[];
  imports: ((names: Names) => string)[];
  names: Names;
  importedFunctions: number;
  /** Type by function of the module's own. */
  functions: number[];
  exports: ((names: Names) => string)[];
  bodies: Decoder[];
}

const HEADER = 8;
const FUNCTION_NAMES = 1;

/**
 * The text of a module, laid out as `wasm2wat` lays it out.
 * @throws {WasmError} `WASM_MODULE` where it is none, or has what the builder never makes
 * @see https://webassembly.github.io/spec/core/text/index.html
 */
export function formatModule(bytes: Uint8Array): string {
  const module = readModule(new Decoder(bytes));
  const { types, imports, names, exports } = module;
  const lines = [
    ...types.map((type, i) => `  (type (;${i};) (func${type}))`),
    ...imports.map((format) => format(names)),
    ...module.bodies.map((body, i) => formatFunction(module, i, body)),
    ...exports.map((format) => format(names)),
  ];
  return `(module\n${lines.join('\n')})\n`;
}

function readModule(input: Decoder): Module {
  const module: Module = {
    types: [],
    imports: [],
    names: new Map(),
    importedFunctions: 0,
    functions: [],
    exports: [],
    bodies: [],
  };
  input.skip(HEADER);
  while (!input.done) {
    const id = input.byte();
    readSection(module, id, input.part(input.unsigned()));
  }
  return module;
}

function readSection(module: Module, id: number, input: Decoder): void {
  switch (id) {
    case SECTION.CUSTOM:
      if (input.text() === 'name') readNames(module, input);
      break;
    case SECTION.TYPE:
      module.types = input.list(() => signature(input));
      break;
    case SECTION.IMPORT:
      readImports(module, input);
      break;
    case SECTION.FUNCTION:
      module.functions = input.list(() => input.unsigned());
      break;
    case SECTION.EXPORT:
      module.exports = input.list(() => {
        const name = JSON.stringify(input.text());
        input.byte();
        const index = input.unsigned();
        return (names) => `  (export ${name} (func ${functionName(names, index) ?? index}))`;
      });
      break;
    case SECTION.CODE:
      module.bodies = input.list(() => input.part(input.unsigned()));
      break;
    default:
      throw errModule(`no such section: ${id}`, input.at);
  }
}

function signature(input: Decoder): string {
  input.byte();
  const params = input.list(() => typeName(input));
  const results = input.list(() => typeName(input));
  return `${group('param', params)}${group('result', results)}`;
}

const group = (word: string, types: readonly string[]) => (types.length === 0 ? '' : ` (${word} ${types.join(' ')})`);

function readImports(module: Module, input: Decoder): void {
  const counts = new Map<number, number>();
  module.imports = input.list(() => {
    const from = `${JSON.stringify(input.text())} ${JSON.stringify(input.text())}`;
    const kind = input.byte();
    const index = counts.get(kind) ?? 0;
    counts.set(kind, index + 1);
    if (kind === KIND.FUNCTION) {
      const type = input.unsigned();
      return (names: Names) =>
        `  (import ${from} (func ${functionName(names, index) ?? `(;${index};)`} (type ${type})))`;
    }
    const text = importText(input, kind, index);
    return () => `  (import ${from} (${text}))`;
  });
  module.importedFunctions = counts.get(KIND.FUNCTION) ?? 0;
}

function importText(input: Decoder, kind: number, index: number): string {
  if (kind === KIND.MEMORY) return `memory (;${index};) ${limits(input)}`;
  const type = typeName(input);
  if (kind === KIND.TABLE) return `table (;${index};) ${limits(input)} ${type}`;
  return `global (;${index};) ${input.byte() === 1 ? `(mut ${type})` : type}`;
}

function limits(input: Decoder): string {
  const flags = input.byte();
  const minimum = input.unsigned();
  return `${minimum}${flags & 1 ? ` ${input.unsigned()}` : ''}${flags & 2 ? ' shared' : ''}`;
}

function readNames(module: Module, input: Decoder): void {
  while (!input.done) {
    const id = input.byte();
    const content = input.part(input.unsigned());
    if (id === FUNCTION_NAMES) module.names = new Map(content.list(() => [content.unsigned(), content.text()]));
  }
}

function formatFunction({ names, functions, types, importedFunctions }: Module, i: number, body: Decoder): string {
  const index = importedFunctions + i;
  const type = functions[i];
  const head = `  (func ${functionName(names, index) ?? `(;${index};)`} (type ${type})${types[type] ?? ''}`;
  return `${[head, ...formatBody(body, names)].join('\n')})`;
}
