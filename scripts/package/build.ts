// Builds a single executable of the command line for this platform: release/ebpfts-PLATFORM-ARCH.
// Usage: npm run package
// The executable is this Node with one bundle injected, by pkg's own way of making it (yao-pkg/pkg, `lib-es5/sea.js`).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { smokeTest } from '../../test/packaging/smoke.ts';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));
const work = join(root, 'node_modules/.cache/ebpfts-package');
const BTF = join(root, 'data/vmlinux-6.12.117-amd64.btf.gz');

/** What of pkg is used: not its command line, which would download a Node. */
interface PkgSea {
  default(
    entry: string,
    options: {
      readonly targets: readonly { nodeRange: string; platform: string; arch: string; output: string }[];
      readonly nodePath: string;
      readonly seaConfig: { readonly assets: Record<string, string> };
    },
  ): Promise<void>;
}

/** lmdb's addon, which it would look for on disk, and of others none: they work without. */
function carriedAddon(): { readonly path: string; readonly name: string } {
  const requireOfLmdb = createRequire(join(root, 'node_modules/lmdb/package.json'));
  const finder = requireOfLmdb('node-gyp-build-optional-packages') as { path(folder: string): string };
  const path = finder.path(join(root, 'node_modules/lmdb'));
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  return { path, name: `lmdb-${digest}.node` };
}

const addonPlugin: Plugin = {
  name: 'addon',
  setup(context) {
    context.onResolve({ filter: /^node-gyp-build-optional-packages$/ }, ({ importer }) => ({
      path: importer.includes('/lmdb/') ? 'lmdb' : 'other',
      namespace: 'addon',
    }));
    context.onLoad({ filter: /.*/, namespace: 'addon' }, ({ path }) => ({
      contents:
        path === 'lmdb'
          ? "module.exports = require('./scripts/package/addon.ts').loadAddon;"
          : "module.exports = () => { throw new TypeError('not carried'); };",
      resolveDir: root,
    }));
  },
};

async function bundle(addon: { readonly path: string; readonly name: string }): Promise<string> {
  const outfile = join(work, 'main.cjs');
  await build({
    entryPoints: [join(root, 'scripts/package/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minifyWhitespace: true,
    logLevel: 'warning',
    define: {
      'import.meta.url': 'moduleUrl',
      LMDB_ADDON: JSON.stringify({ name: addon.name, size: statSync(addon.path).size }),
    },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [addonPlugin],
  });
  return outfile;
}

/** A copy of this Node without symbols, which take an eighth of it. */
function strippedNode(): string {
  const copy = join(work, basename(process.execPath));
  copyFileSync(process.execPath, copy);
  try {
    execFileSync('strip', [copy], { stdio: 'ignore' });
  } catch {
    copyFileSync(process.execPath, copy);
  }
  return copy;
}

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const platform = process.platform === 'darwin' ? 'macos' : process.platform === 'win32' ? 'win' : process.platform;
const output = join(root, `release/ebpfts-${platform}-${process.arch}${platform === 'win' ? '.exe' : ''}`);
rmSync(output, { force: true });

const addon = carriedAddon();
const main = await bundle(addon);
const node = strippedNode();
// pkg runs `npx postject` in a folder below TMPDIR: here npx finds the one of this project. It must not ask.
process.env.TMPDIR = work;
process.env.npm_config_yes = 'true';
const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea.js') as PkgSea;
await sea(main, {
  targets: [{ nodeRange: `node${process.versions.node}`, platform, arch: process.arch, output }],
  nodePath: node,
  seaConfig: { assets: { [addon.name]: addon.path, [basename(BTF)]: BTF } },
});

// pkg hides it when the injection fails and leaves a plain Node: the smoke test tells.
const commands = smokeTest({ command: [output], root });
const size = (statSync(output).size / 2 ** 20).toFixed(1);
console.log(`${output}: ${size} MiB, ${commands} commands of the smoke test passed`);
