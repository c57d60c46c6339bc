// The rows of src/: which folder may import which (docs/architecture.md). Types count as imports.
const rows = {
  base: [],
  uapi: [],
  isa: ['base', 'uapi'],
  elf: ['base'],
  btf: ['base', 'uapi'],
  wasm: ['base'],
  catalog: ['base', 'uapi'],
  syscall: ['base', 'uapi', 'isa'],
  world: ['base', 'uapi'],
  object: ['base', 'uapi', 'isa', 'elf', 'btf', 'catalog'],
  verifier: ['base', 'uapi', 'isa', 'btf', 'catalog'],
  vm: ['base', 'uapi', 'isa', 'wasm'],
  relo: ['base', 'uapi', 'isa', 'elf', 'btf', 'catalog', 'object'],
  kernel: ['base', 'uapi', 'isa', 'btf', 'wasm', 'catalog', 'syscall', 'world', 'verifier', 'vm'],
  loader: ['base', 'uapi', 'isa', 'elf', 'btf', 'catalog', 'syscall', 'object', 'relo'],
  gen: ['base', 'uapi', 'isa', 'btf', 'catalog', 'object', 'relo'],
  host: ['base'],
  machine: ['base', 'uapi', 'syscall', 'world', 'catalog', 'kernel', 'host'],
  replay: ['base', 'world'],
  veristat: ['base', 'uapi', 'isa', 'btf', 'catalog', 'object', 'verifier', 'kernel', 'loader', 'syscall'],
};
const folders = [...Object.keys(rows), 'cli'];

const rowRules = Object.entries(rows).map(([folder, allowed]) => ({
  name: `row-${folder}`,
  comment: `${folder}/ imports only ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rowRules,
    {
      name: 'known-folder',
      comment: 'a folder of src/ has a place in the table of rows',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${folders.join('|')})/` },
      to: {},
    },
    { name: 'no-cycle', comment: 'no import cycle, type imports counted', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'door',
      comment: "another folder is entered by its index.ts",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: '^src/($1/|[^/]+/index\\.ts$)' },
    },
    {
      name: 'public-door',
      comment: 'the package enters folders by their index.ts',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'own-door',
      comment: 'inside a folder nothing imports its own index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/$1/index\\.ts$' },
    },
    {
      name: 'browser',
      comment: 'node:* and native packages only in host/, machine/ and cli/',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(host|machine|cli)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-native',
      comment: 'node:* and native packages only in host/, machine/ and cli/',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(host|machine|cli)/' },
      to: { path: 'node_modules/(lmdb|msgpackr)/' },
    },
    {
      name: 'browser-door',
      comment: 'the package itself also runs in a browser: what needs Node has doors of its own',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/(host|machine|cli)/' },
    },
    {
      name: 'registry',
      comment: 'a handler never imports the registry that lists it',
      severity: 'error',
      from: { path: '^src/(.+)/[^/]+\\.ts$', pathNot: '/(index|registry)\\.ts$' },
      to: { path: '^src/$1/registry\\.ts$' },
    },
    {
      name: 'test-support',
      comment: 'src/ never imports tests, samples or scripts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|samples|scripts|bench)/' },
    },
    {
      name: 'unresolved',
      comment: 'an import leads somewhere',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'shipped',
      comment: 'src/ imports only what the package depends on at run time',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'], extensions: ['.ts', '.js', '.d.ts'] },
  },
};
