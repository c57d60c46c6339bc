import { describe, expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/base/index.ts';
import { helperName } from '../../../src/catalog/index.ts';
import { formatInsn, Insns } from '../../../src/isa/index.ts';
import type { ProgInfo } from '../../../src/syscall/index.ts';
import { loadPrograms, runtimeData, runtimeKernel } from '../../support/runtime-kernel.ts';

const kernel = runtimeKernel();

/** Where Linux puts instructions in place of a call: a look-up in an array, a redirect of an XDP program. */
const INLINED = new Set(['xdp head']);

const objects = new Map<string, Uint8Array>();

function bytesOf(object: string): Uint8Array {
  const bytes = objects.get(object) ?? runtimeData(`${object}.bpf.o`);
  objects.set(object, bytes);
  return bytes;
}

const facts = decodeUtf8(runtimeData('xlated-6.18.txt'))
  .trim()
  .split('\n')
  .slice(1)
  .reduce<[string, string[]][]>((all, line) => {
    if (line.startsWith('  ')) all[all.length - 1][1].push(line.slice(2));
    else all.push([line, []]);
    return all;
  }, [])
  .filter(([name]) => !INLINED.has(name));

/** An instruction's text as it is recorded: offsets in kernel structs differ between kernels. */
function shorten(text: string): string {
  return text
    .replace(/\+\d+\)/g, '+_)')
    .replace(/call [a-z]*#?(\d+)$/, (_, id) => `call ${helperName(Number(id))}`)
    .replace(/call (\w+)#\d+/, 'call $1')
    .replace(/^(\(18\) r\d+ = ).*/, '$1map');
}

describe('the translated program has the instructions that Linux 6.18 makes', () => {
  test.each(facts)('%s', (subject, wanted) => {
    const [object, program] = subject.split(' ');
    const system = kernel.openProcess();
    const loaded = loadPrograms(system, bytesOf(object), program);
    const fd = loaded.programs.find(({ name }) => name === program)?.fd ?? -1;
    const { xlated } = system.objGetInfoByFd(fd) as ProgInfo;
    const insns = new Insns(xlated, 'little');
    const lines: string[] = [];
    for (let i = 0; i < insns.length; i++) {
      lines.push(shorten(formatInsn(insns, i)));
      if (insns.code(i) === 0x18) i++;
    }
    system.exit();
    expect(lines).toEqual(wanted);
  });
});
