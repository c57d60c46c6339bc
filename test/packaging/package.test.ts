import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smokeTest } from './smoke.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const TIMEOUT = 240_000;
/** What is in the package beside `dist`. */
const shipped = ['LICENSE', 'README.md', 'bin', 'data', 'package.json'].filter((name) => existsSync(join(root, name)));

function run(file: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new TypeError(`${[file, ...args].join(' ')}:\n${stdout}${stderr}`);
  }
}

const tool = (name: string): string => join(root, 'node_modules/.bin', name);

/** The code of every `@example` under a folder. */
function examplesOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const found = readFileSync(join(folder, name), 'utf8').matchAll(
      /^ *\* @example\n((?: *\* ?(?!@).*\n)*?) *(?:\*\/|\* @)/gm,
    );
    return [...found].map(([, code]) => code.replaceAll(/^ *\* ?/gm, ''));
  });
}

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ebpfts-package-'));
  const installed = join(folder, 'user/node_modules/ebpfts');
  let tarball = '';

  // Packed from a copy: building in the checkout would pull files away from under other tests.
  beforeAll(() => {
    const checkout = join(folder, 'checkout');
    mkdirSync(checkout);
    for (const name of ['src', 'scripts', 'samples', ...shipped, 'tsconfig.json', 'tsdown.config.ts']) {
      cpSync(join(root, name), join(checkout, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    run('npm', ['pack', '--silent'], checkout);
    tarball = join(checkout, `ebpfts-${manifest.version}.tgz`);

    mkdirSync(installed, { recursive: true });
    run('tar', ['xzf', tarball, '--strip-components=1', '-C', installed], folder);
    for (const name of [...Object.keys(manifest.dependencies), '@types']) {
      const link = join(folder, 'user/node_modules', name);
      mkdirSync(join(link, '..'), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), link);
    }
  }, TIMEOUT);

  afterAll(() => rmSync(folder, { recursive: true }));

  it('holds the doors, the command and the data, and nothing else', () => {
    expect(readdirSync(installed).sort()).toEqual([...shipped, 'dist'].sort());
    for (const door of Object.values<{ types: string; default: string } | string>(manifest.exports)) {
      for (const path of typeof door === 'string' ? [door] : [door.types, door.default]) {
        expect(existsSync(join(installed, path)), path).toBe(true);
      }
    }
  });

  it('passes publint', { timeout: TIMEOUT }, () => {
    run(tool('publint'), ['--strict', tarball], folder);
  });

  it('passes are-the-types-wrong', { timeout: TIMEOUT }, () => {
    run(tool('attw'), ['--profile', 'esm-only', tarball], folder);
  });

  it('does the main job once installed', { timeout: TIMEOUT }, () => {
    expect(smokeTest({ command: [process.execPath, join(installed, 'bin/ebpfts')], root })).toBeGreaterThan(5);
  });

  it('gives skeletons that run and type-check against it, as the examples of its documentation do', {
    timeout: TIMEOUT,
  }, () => {
    const user = join(folder, 'user');
    const object = join(root, 'samples/objects/clang-19/el/xdp_ssh_firewall.bpf.o');
    const skeleton = run(process.execPath, [join(installed, 'bin/ebpfts'), 'gen', 'skeleton', object], user);
    writeFileSync(join(user, 'firewall.ts'), skeleton);
    writeFileSync(
      join(user, 'main.ts'),
      `import { readFileSync } from 'node:fs';
import { createKernel } from 'ebpfts';
import { createNodeHost } from 'ebpfts/host';
import { newProfile } from 'ebpfts/machine';
import { XdpSshFirewall } from './firewall.ts';

const kernel = createKernel({ profile: newProfile(createNodeHost()) });
using firewall = XdpSshFirewall.openAndLoad(kernel.openProcess());
const { retval } = firewall.progs.xdp_ssh_firewall.loaded.testRun({ dataIn: readFileSync(process.argv[2]) });
const refused: bigint | undefined = firewall.maps.refused.lookup(0x0a0200c0)?.packets;
console.log(JSON.stringify({ retval, refused: Number(refused) }));
`,
    );
    writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
    const examples = examplesOf(join(root, 'src'));
    expect(examples.length).toBeGreaterThan(5);
    for (const [i, example] of examples.entries()) writeFileSync(join(user, `example-${i}.ts`), example);
    const options = {
      ...JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions,
      skipLibCheck: false,
      // An example may end with what it is about.
      noUnusedLocals: false,
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', user], user);
    const packet = join(root, 'samples/packets/tcp-syn-22.bin');
    const output = run(tool('tsx'), [join(user, 'main.ts'), packet], user);
    expect(JSON.parse(output)).toEqual({ retval: 1, refused: 1 });
  });
});
