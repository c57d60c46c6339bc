import { type BinaryFunction, type ElfBinary, SHT_DYNSYM, SHT_SYMTAB, STB_WEAK } from '../elf/index.ts';
import { nearest } from '../relo/index.ts';
import type { FoundBinary } from './binaries.ts';
import { errAttachTarget } from './errors.ts';
import { globMatch } from './glob.ts';

/**
 * Where in its file a function begins: `name`, or `name@VERSION` or `name@@VERSION` of a library. Dynamic symbols come
 * first; of several, one that is not weak wins.
 *
 * @throws {LoaderError} `LOADER_ATTACH_TARGET` where there is none, or two that are not weak
 */
export function functionOffset(program: string, { path, elf }: FoundBinary, name: string): bigint {
  const [plain, version] = splitVersion(name);
  for (const table of [SHT_DYNSYM, SHT_SYMTAB]) {
    let found: BinaryFunction | undefined;
    for (const each of elf.functions(table)) {
      if (!isMeant(each, { name, plain, version, dynamic: table === SHT_DYNSYM })) continue;
      if (found !== undefined && found.offset !== 0n) {
        if (each.offset === found.offset) continue;
        if (each.bind !== STB_WEAK && found.bind !== STB_WEAK) {
          throw errAttachTarget(program, `ambiguous match for '${each.name}', '${name}' in '${path}'`);
        }
        if (each.bind === STB_WEAK) continue;
      }
      found = each;
    }
    if (found !== undefined && found.offset !== 0n) return found.offset;
    if (found !== undefined && table === SHT_SYMTAB) {
      throw errAttachTarget(program, `'${name}' is 0 in symtab for '${path}': try using shared library path instead`);
    }
  }
  throw errNoFunction(program, { path, elf }, plain);
}

/** Names with their version: `name@VERSION` is one that is there for old binaries, `name@@VERSION` the default. */
function splitVersion(name: string): [plain: string, version: string | undefined] {
  const at = name.indexOf('@');
  if (at < 0) return [name, undefined];
  return [name.slice(0, at), name.slice(name[at + 1] === '@' ? at + 2 : at + 1)];
}

function isMeant(
  each: BinaryFunction,
  wanted: { name: string; plain: string; version: string | undefined; dynamic: boolean },
): boolean {
  const { name, plain, version, dynamic } = wanted;
  if (each.name !== plain && !each.name.startsWith(`${plain}@`)) return false;
  if (version === undefined) return true;
  return dynamic ? each.version === version : each.name === name;
}

function errNoFunction(program: string, { path, elf }: FoundBinary, name: string): Error {
  const names = new Set(functionNames(elf));
  const problem =
    names.size === 0 ? `'${path}' has no function symbols` : `failed to find symbol '${name}' in '${path}'`;
  return errAttachTarget(program, problem, nearest(name, names));
}

function* functionNames(elf: ElfBinary): Generator<string> {
  for (const table of [SHT_DYNSYM, SHT_SYMTAB]) for (const { name } of elf.functions(table)) yield name;
}

/**
 * Where the functions begin that a pattern means, in the order of the symbol table: of `.symtab`, or of `.dynsym` where
 * that has none of them.
 *
 * @throws {LoaderError} `LOADER_ATTACH_TARGET` where no function matches
 */
export function matchingOffsets(program: string, { path, elf }: FoundBinary, pattern: string): bigint[] {
  for (const table of [SHT_SYMTAB, SHT_DYNSYM]) {
    const offsets: bigint[] = [];
    for (const { name, offset } of elf.functions(table)) if (globMatch(name, pattern)) offsets.push(offset);
    if (offsets.length > 0) return offsets;
  }
  throw errAttachTarget(program, `no function of '${path}' matches '${pattern}'`);
}
