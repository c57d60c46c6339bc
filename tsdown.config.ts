import { defineConfig, type UserConfig } from 'tsdown';

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

/** What every command line needs: one file, since each more costs a millisecond at the start. */
const core =
  /src\/(base\/error|cli\/(errors|words|printer|io|grammar|options|report|render\/json|commands\/version))\.ts$/;

/** What a dump of BTF needs. */
const btf = /src\/(btf|base|elf)\/|elfy|endian-reader|src\/cli\/(btf-file|btf-source|commands\/btf-dump)\.ts$/;

export default defineConfig([
  { ...common, entry: doors, dts: true },
  // The command line is a bundle of its own, in which a command loads what it needs. It is CommonJS with its libraries
  // inside: Node starts a tenth faster without the loader of modules.
  {
    ...common,
    format: 'cjs',
    outExtensions: () => ({ js: '.cjs' }),
    noExternal: /^(?!lmdb)/,
    entry: { main: 'src/cli/main.ts' },
    outDir: 'dist/cli',
    dts: false,
    outputOptions: {
      codeSplitting: {
        groups: [
          { name: 'core', test: core },
          { name: 'btf', test: btf },
        ],
      },
    },
  },
]);
