const OPERATORS: Readonly<Record<number, string>> = {
  0: '+=',
  16: '-=',
  32: '*=',
  48: '/=',
  64: '|=',
  80: '&=',
  96: '<<=',
  112: '>>=',
  128: 'neg',
  144: '%=',
  160: '^=',
  176: '=',
  192: 's>>=',
  208: 'endian',
};

/** How logs write an operation. */
export function operatorText(op: number): string {
  return OPERATORS[op] ?? '?';
}
