import type { Btf } from '../btf/index.ts';
import { BTF_KIND } from '../btf/index.ts';
import type { BpfObject, FunctionSpec } from '../object/index.ts';
import { errExceptionCallback } from './errors.ts';

const PREFIX = 'exception_callback:';

/** An `__exception_cb(callback)` on a program. */
interface CallbackTag {
  /** Name of the program; undefined where the tag is not on a global function. */
  readonly program: string | undefined;
  readonly callback: string;
}

/** The exception callbacks that an object's declaration tags ask for. */
export class ExceptionCallbacks {
  readonly #tags: readonly CallbackTag[];
  readonly #object: BpfObject;

  constructor(object: BpfObject) {
    this.#object = object;
    this.#tags = object.btf ? readTags(object.btf) : [];
  }

  /**
   * The subprogram that a program names as its exception callback; undefined where it names none, or several (which
   * the verifier refuses). @throws {ReloError} `RELO_EXCEPTION_CALLBACK`
   */
  of(program: FunctionSpec): FunctionSpec | undefined {
    let found: FunctionSpec | undefined;
    for (const tag of this.#tags) {
      if (tag.program === undefined) {
        throw errExceptionCallback(program.name, `${PREFIX}<value> decl tag not applied to the main program`);
      }
      if (tag.program !== program.name) continue;
      if (found !== undefined) return undefined;
      found = this.#find(program.name, tag.callback);
    }
    return found;
  }

  #find(program: string, callback: string): FunctionSpec {
    if (callback === '') throw errExceptionCallback(program, `${PREFIX}<value> decl tag contains empty value`);
    const fn = this.#object.subprograms.find(({ name }) => name === callback);
    if (fn === undefined) throw errExceptionCallback(program, `cannot find exception callback '${callback}'`);
    if (!fn.global || fn.hidden) {
      throw errExceptionCallback(program, `exception callback ${callback} must be a global non-hidden function`);
    }
    return fn;
  }
}

function readTags(btf: Btf): CallbackTag[] {
  const tags: CallbackTag[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kindOf(id) !== BTF_KIND.DECL_TAG) continue;
    const tag = btf.typeById(id);
    if (tag.kind !== 'DECL_TAG' || tag.componentIndex !== -1 || !tag.name.startsWith(PREFIX)) continue;
    const tagged = btf.typeById(tag.type);
    const isGlobal = tagged.kind === 'FUNC' && tagged.linkage === 'global';
    tags.push({ program: isGlobal ? tagged.name : undefined, callback: tag.name.slice(PREFIX.length) });
  }
  return tags;
}
