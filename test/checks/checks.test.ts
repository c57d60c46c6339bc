import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
import config from '../../.dependency-cruiser.mjs';
import { staleFiles } from '../../scripts/check-generated.ts';
import { sizeViolations } from '../../scripts/check-sizes.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'checks');

/** Names of the layer rules that a fixture breaks. */
async function brokenRules(fixture: string): Promise<string[]> {
  const { options, ...ruleSet } = config;
  const result = await cruise(
    ['src'],
    { ...options, tsConfig: undefined, ruleSet, validate: true, baseDir: join(fixtures, fixture) },
    options.enhancedResolveOptions,
  );
  if (typeof result.output === 'string') return [];
  return [...new Set(result.output.summary.violations.map((violation) => violation.rule.name))];
}

/** What a command prints, and whether it failed. */
function run(command: string, args: string[], cwd: string): { failed: boolean; output: string } {
  try {
    return { failed: false, output: execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { failed: true, output: stdout + stderr };
  }
}

describe('layer rules', () => {
  const broken: [fixture: string, rule: string][] = [
    ['row', 'row-base'],
    ['kernel', 'row-vm'],
    ['cycle', 'no-cycle'],
    ['door', 'door'],
    ['own-door', 'own-door'],
    ['public-door', 'public-door'],
    ['browser', 'browser'],
    ['browser-native', 'browser-native'],
    ['browser-door', 'browser-door'],
    ['registry', 'registry'],
    ['known-folder', 'known-folder'],
    ['test-support', 'test-support'],
    ['unresolved', 'unresolved'],
    ['shipped', 'shipped'],
  ];
  for (const [fixture, rule] of broken) {
    it(`refuses the fixture "${fixture}" by the rule ${rule}`, async () => {
      expect(await brokenRules(fixture)).toContain(rule);
    });
  }
});

describe('file sizes and names', () => {
  it('refuses long files and banned names, and lets tables be long', () => {
    const root = mkdtempSync(join(tmpdir(), 'ebpfts-checks-'));
    try {
      cpSync(join(fixtures, 'sizes'), root, { recursive: true });
      mkdirSync(join(root, 'src/uapi'));
      for (const file of ['src/base/long.ts', 'src/base/long.table.ts', 'src/uapi/long.ts']) {
        appendFileSync(join(root, file), 'export {};\n'.repeat(601));
      }
      const refused = sizeViolations(root).map((line) => line.split(':')[0]);
      expect(refused.sort()).toEqual(['src/base/common/a.ts', 'src/base/long.ts', 'src/base/utils.ts']);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('generated files', () => {
  it('are refused when somebody has edited them', () => {
    const project = join(import.meta.dirname, '../..');
    const root = mkdtempSync(join(tmpdir(), 'ebpfts-checks-'));
    try {
      mkdirSync(join(root, 'src'));
      cpSync(join(project, 'src/uapi'), join(root, 'src/uapi'), { recursive: true });
      symlinkSync(join(project, 'data'), join(root, 'data'));
      expect(staleFiles(root)).toEqual([]);
      appendFileSync(join(root, 'src/uapi/bpf.table.ts'), '// edited\n');
      expect(staleFiles(root)).toEqual([expect.stringContaining('src/uapi/bpf.table.ts')]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('dead code', () => {
  it('refuses an export of a folder that nothing uses', () => {
    const { failed, output } = run(
      join(import.meta.dirname, '../../node_modules/.bin/knip'),
      ['--no-progress', '--include', 'exports,files', '--include-entry-exports=false'],
      join(fixtures, 'dead-code'),
    );
    expect(failed).toBe(true);
    expect(output).toContain('unused');
  });
});

describe('format and lint', () => {
  it('refuses unformatted files, console output and enums', () => {
    const root = mkdtempSync(join(tmpdir(), 'ebpfts-checks-'));
    try {
      cpSync(join(fixtures, 'format'), root, { recursive: true });
      cpSync(join(fixtures, '../../../biome.json'), join(root, 'biome.json'));
      const biome = join(import.meta.dirname, '../../node_modules/.bin/biome');
      expect(run(biome, ['ci', 'src/a.ts'], root)).toMatchObject({
        failed: true,
        output: expect.stringContaining('format'),
      });
      const lint = run(biome, ['ci', 'src/b.ts'], root);
      expect(lint.failed).toBe(true);
      expect(lint.output).toContain('noConsole');
      expect(lint.output).toContain('noEnum');
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
