import { join } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';
import { flatPlugin } from './scripts/flat/plugin.ts';

/** Doors of the package: `exports` of package.json has the same, a test holds them equal. */
export const doors = {
  index: 'src/index.ts',
  btf: 'src/btf/index.ts',
  elf: 'src/elf/index.ts',
  gen: 'src/gen/index.ts',
  host: 'src/host/index.ts',
  isa: 'src/isa/index.ts',
  kernel: 'src/kernel/index.ts',
  machine: 'src/machine/index.ts',
  object: 'src/object/index.ts',
  relo: 'src/relo/index.ts',
  syscall: 'src/syscall/index.ts',
  uapi: 'src/uapi/index.ts',
};

const common: UserConfig = {
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
};

/** elfy asserts one thing with Node's `assert`, which takes longer to load than any object to read. */
const lightAssert = {
  name: 'light-assert',
  resolveId: (id: string) => (id === 'assert' ? '\0assert.cjs' : undefined),
  load: (id: string) =>
    id === '\0assert.cjs'
      ? 'exports.equal = (a, b) => { if (a !== b) throw new TypeError(a + " is not " + b); };'
      : undefined,
};

const sourcePath = (path: string) => join(import.meta.dirname, 'src', path);

/** What runs for a moment over all types of a kernel: compiled ahead, it does not have to warm up. */
const flat = [
  flatPlugin({ path: sourcePath('btf/scan-engine.ts'), record: 'ScanTables', starts: 'startScan' }),
  flatPlugin({ path: sourcePath('btf/name-engine.ts'), record: 'NameTables', starts: 'startNames' }),
  flatPlugin({ path: sourcePath('btf/c/engine.ts'), record: 'CTables', starts: 'startEngine' }),
];

const commandLine: UserConfig = {
  ...common,
  format: 'cjs',
  outExtensions: () => ({ js: '.cjs' }),
  outDir: 'dist/cli',
  dts: false,
};

/** What every command line needs: one file, since each more costs time at the start. */
const core =
  /src\/(base\/error|cli\/(main|errors|words|printer|io|grammar|options|report|files|render\/json|commands\/version))\.ts$/;
/** What reads and writes BTF. */
const btf = /src\/(base\/(?!digest)|elf\/|btf\/|cli\/btf-file\.ts)/;
/** What a dump of BTF needs beside that. */
const dump = /src\/cli\/(btf-source|commands\/btf-dump)\.ts$/;
/** What opens an object. */
const object = /src\/object\/open\.ts$/;
/** What each of the quick generators needs beside that. */
const skeleton = /src\/cli\/commands\/gen-skeleton\.ts$/;
const minCoreBtf = /src\/cli\/commands\/gen-min-core-btf\.ts$/;

export default defineConfig([
  { ...common, entry: doors, dts: true },
  // The command line is a bundle of its own, in which a command loads what it needs. It is CommonJS with its libraries
  // inside: Node starts a tenth faster without the loader of modules.
  {
    ...commandLine,
    noExternal: /^(?!lmdb)/,
    plugins: [lightAssert, ...flat],
    entry: { main: 'src/cli/main.ts' },
    outputOptions: {
      codeSplitting: {
        groups: [
          { name: 'core', test: core, priority: 5 },
          { name: 'btf', test: btf, priority: 4 },
          { name: 'dump', test: dump, priority: 3 },
          { name: 'object', test: object, priority: 2 },
          { name: 'skeleton', test: skeleton },
          { name: 'min-core-btf', test: minCoreBtf },
        ],
      },
    },
  },
  { ...commandLine, entry: { start: 'src/cli/start.ts' } },
]);
