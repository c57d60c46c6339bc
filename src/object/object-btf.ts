import { EbpftsError } from '../base/index.ts';
import type { Btf, BtfExt } from '../btf/index.ts';
import { parseBtf, parseBtfExt } from '../btf/index.ts';
import { errBtfRequired } from './errors.ts';
import type { ObjectSections } from './sections.ts';

/** What the `.BTF` and `.BTF.ext` sections hold. */
export interface ObjectBtf {
  readonly btf: Btf | undefined;
  readonly ext: BtfExt | undefined;
}

/**
 * Reads the object's BTF. Where nothing in the object needs it, a broken one is left out with a warning.
 * @throws {ObjectError} `OBJECT_BTF` where it is missing or broken and `.maps` or struct_ops need it
 */
export function readObjectBtf(sections: ObjectSections): ObjectBtf {
  const required = sections.maps !== undefined || sections.structOps.length > 0;
  if (sections.btf === undefined) {
    if (required) throw errBtfRequired('there is no .BTF section');
    return { btf: undefined, ext: undefined };
  }
  const attempt = <T>(what: string, run: () => T): T | undefined => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof EbpftsError)) throw error;
      if (required) throw errBtfRequired(error.message, error);
      sections.warnings.push(`error loading ELF section ${what}: ${error.message}: ignored`);
      return undefined;
    }
  };
  const { btf: btfSection, btfExt } = sections;
  const btf = attempt('.BTF', () => parseBtf(btfSection.data, { pointerSize: 8 }));
  const ext = btf && btfExt ? attempt('.BTF.ext', () => parseBtfExt(btfExt.data)) : undefined;
  return { btf, ext };
}
