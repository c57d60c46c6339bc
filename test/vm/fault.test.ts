import { expect, test } from 'vitest';
import { formatFault } from '../../src/vm/index.ts';
import { createTestMachine, programOf } from '../support/vm-machine.ts';

test('a fault reads as what happened, where, and with which registers', () => {
  const program = programOf('r1 = 5\ncall f\nexit\nf: r2 = r10\nr0 = *(u32 *)(r2 +4)\nexit', {
    name: 'count',
    names: ['count', 'sum'],
    lineOf: (insn) => (insn === 4 ? { file: 'count.bpf.c', line: 12, column: 9, text: '  return p[1];' } : undefined),
  });
  const result = createTestMachine().run(program);
  if (result.ok) throw new Error('no fault');
  expect(result.fault).toMatchObject({ insn: 4, frame: 1, subprogram: { insn: 3, name: 'sum' } });
  const text = formatFault(result.fault).replaceAll(/0xffff[0-9a-f]+/g, '0xADDRESS');
  expect(text).toBe(
    [
      'read of 4 bytes at 0xADDRESS: 8 past the end of stack frame 1 (count, sum, instruction 4, frame 1)',
      '  count.bpf.c:12:9: return p[1];',
      '  4: (61) r0 = *(u32 *)(r2 +4)',
      '  nearest memory: stack frame 1 (stack), 1024 bytes at 0xADDRESS',
      '  R0=0x0 R1=0x5 R2=0xADDRESS R3=0x0',
      '  R4=0x0 R5=0x0 R6=0x0 R7=0x0',
      '  R8=0x0 R9=0x0 R10=0xADDRESS',
    ].join('\n'),
  );
});
