import { EbpftsError } from '../base/index.ts';

/** Something that was given to compare with is not what it should be. */
export class VeristatError extends EbpftsError {}

export const errBaseline = (column: string): VeristatError =>
  new VeristatError({
    code: 'VERISTAT_BASELINE',
    message: `the baseline has no column '${column}'`,
    details: { column },
  });
