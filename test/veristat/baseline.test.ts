import { describe, expect, it } from 'vitest';
import { compareWithBaseline, type ProgramVerdict, parseBaseline } from '../../src/veristat/index.ts';

const CSV = `file_name,prog_name,verdict,duration,total_insns,message
a.o,steady,success,5,100,
a.o,grown,success,5,100,
a.o,broken,success,5,100,"x, ""y"""
a.o,worse,failure,5,100,no
`;

function verdict(program: string, kind: ProgramVerdict['verdict'], insns: number) {
  const counters = { insns, states: 0, peakStates: 0, maxStatesPerInsn: 0 };
  const rest = { section: '', type: 'xdp', errno: 0, message: '', tag: '', duration: 0, lacks: [], log: '' };
  return { file: 'a.o', verdict: { program, verdict: kind, counters, ...rest } };
}

describe('a baseline', () => {
  it('names programs that grew by a tenth and those that are not accepted any more', () => {
    const now = [
      verdict('steady', 'accepted', 109),
      verdict('grown', 'accepted', 110),
      verdict('broken', 'refused', 3),
      verdict('worse', 'refused', 90),
      verdict('new', 'accepted', 1000),
    ];
    const found = compareWithBaseline(parseBaseline(CSV), now);
    expect(found.map(({ program, refused }) => [program, refused])).toEqual([
      ['grown', false],
      ['broken', true],
    ]);
  });

  it('refuses a table without the columns that it needs', () => {
    expect(() => parseBaseline('file_name,prog_name\n')).toThrow("no column 'verdict'");
  });
});
