import { decodeUtf8, encodeUtf8 } from '../../base/index.ts';
import { isErrno, type System } from '../../syscall/index.ts';
import type { Handler } from '../context.ts';
import { errSystem, errUsage } from '../errors.ts';

/** Settings that are shown where none is asked for. */
const NAMES: readonly string[] = ['kernel.unprivileged_bpf_disabled'];

/** `machine sysctl [NAME[=VALUE]...]`: settings of the emulated kernel, as sysctl(8) writes them. */
export const machineSysctl: Handler = async ({ session }, words) => {
  const { system } = await session();
  const asked: string[] = [];
  while (words.count > 0) asked.push(words.take());
  const settings = (asked.length > 0 ? asked : NAMES).map((word) => setting(system, word));
  return {
    plain: () => settings.map(({ name, value }) => `${name} = ${value}\n`),
    json: () => settings,
  };
};

function setting(system: System, word: string): { readonly name: string; readonly value: string } {
  const at = word.indexOf('=');
  const name = at < 0 ? word : word.slice(0, at);
  if (!NAMES.includes(name)) throw errUsage(`no such setting: '${name}', possible settings: ${NAMES.join(', ')}`);
  const path = `/proc/sys/${name.replaceAll('.', '/')}`;
  const written = at < 0 ? 0 : system.writeFile(path, encodeUtf8(word.slice(at + 1)));
  if (isErrno(written)) throw errSystem(`setting ${name} failed`, written);
  const bytes = system.readFile(path);
  if (isErrno(bytes)) throw errSystem(`reading ${name} failed`, bytes);
  return { name, value: decodeUtf8(bytes).trim() };
}
