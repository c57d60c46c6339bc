import { errno } from '../../uapi/index.ts';
import type { VerifyOptions } from '../options.ts';
import { invalid, type Refusal } from '../refusal.ts';
import { declTagsOf } from './decl-tags.ts';
import type { functionsOf } from './global-function.ts';

const PREFIX = 'exception_callback:';

/** Whether the tag on the main function names one global function of the program, or none is there. */
export function checkExceptionTag(
  { btf, exceptionCallback }: VerifyOptions,
  functions: ReturnType<typeof functionsOf>,
): Refusal | undefined {
  const main = functions?.[0];
  if (!btf || !main) return undefined;
  const tags = declTagsOf(btf, main.id, -1).filter((tag) => tag.startsWith(PREFIX));
  if (tags.length === 0) return undefined;
  if (tags.length > 1) return { errno: errno.EEXIST, text: 'multiple exception callback tags for main subprog' };
  const name = tags[0].slice(PREFIX.length);
  const found = btf.findByName(name, 'FUNC');
  if (!found) return { errno: errno.ENOENT, text: `exception callback '${name}' could not be found in BTF` };
  if (found.linkage !== 'global') return invalid(`exception callback '${name}' must have global linkage`);
  if (exceptionCallback === undefined) return invalid('exception callback type id not found in func_info');
  return exceptionCallback > 0 ? undefined : invalid('invalid exception callback insn_off in func_info: 0');
}
