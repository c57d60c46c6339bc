import type { Btf } from '../btf/index.ts';
import { BTF_KIND } from '../btf/index.ts';
import type { BpfObject, FunctionSpec } from '../object/index.ts';
import { errExceptionCallback } from './errors.ts';

const PREFIX = 'exception_callback:';

/** The exception callbacks that an object's declaration tags ask for (`__exception_cb(name)` on a program). */
export class ExceptionCallbacks {
  /** Names of callbacks by name of the program. */
  readonly #callbacks = new Map<string, string[]>();
  readonly #subprograms: ReadonlyMap<string, FunctionSpec>;
  /** A tag stands on something that is no global function: no program can be loaded. */
  #misplaced = false;

  constructor(object: BpfObject) {
    if (object.btf) this.#readTags(object.btf);
    const named = object.subprograms.map((fn) => [fn.name, fn] as const).reverse();
    this.#subprograms = new Map(this.#callbacks.size > 0 ? named : []);
  }

  /**
   * The subprogram that a program names as its exception callback; undefined where it names none, or several (which
   * the verifier refuses). @throws {ReloError} `RELO_EXCEPTION_CALLBACK`
   */
  of(program: FunctionSpec): FunctionSpec | undefined {
    if (this.#misplaced) {
      throw errExceptionCallback(program.name, `${PREFIX}<value> decl tag not applied to the main program`);
    }
    const [callback, another] = this.#callbacks.get(program.name) ?? [];
    if (callback === undefined) return undefined;
    const found = this.#find(program.name, callback);
    return another === undefined ? found : undefined;
  }

  #find(program: string, callback: string): FunctionSpec {
    if (callback === '') throw errExceptionCallback(program, `${PREFIX}<value> decl tag contains empty value`);
    const fn = this.#subprograms.get(callback);
    if (fn === undefined) throw errExceptionCallback(program, `cannot find exception callback '${callback}'`);
    if (!fn.global || fn.hidden) {
      throw errExceptionCallback(program, `exception callback ${callback} must be a global non-hidden function`);
    }
    return fn;
  }

  #readTags(btf: Btf): void {
    for (let id = 1; id < btf.typeCount; id++) {
      if (btf.kindOf(id) !== BTF_KIND.DECL_TAG) continue;
      const tag = btf.typeById(id);
      if (tag.kind !== 'DECL_TAG' || tag.componentIndex !== -1 || !tag.name.startsWith(PREFIX)) continue;
      const tagged = btf.typeById(tag.type);
      if (tagged.kind !== 'FUNC' || tagged.linkage !== 'global') {
        this.#misplaced = true;
        continue;
      }
      const known = this.#callbacks.get(tagged.name);
      if (known) known.push(tag.name.slice(PREFIX.length));
      else this.#callbacks.set(tagged.name, [tag.name.slice(PREFIX.length)]);
    }
  }
}
