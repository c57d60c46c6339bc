import { type Btf, parseBtf } from '../../btf/index.ts';
import { kernelVersion } from '../../loader/index.ts';
import type { BpfObject } from '../../object/index.ts';
import { relocateObject } from '../../relo/index.ts';
import { readBtfFile } from '../btf-file.ts';
import type { Context, Handler } from '../context.ts';
import { readKconfigFile } from '../kconfig-file.ts';
import { openObjectFile } from '../object-file.ts';
import { cSignature } from '../render/c-signature.ts';
import { type GlobalView, objectJson, objectPlain } from '../render/object.ts';

/** `object show OBJ`: what is in an object and how it fits the target; nothing is loaded. */
export const objectShow: Handler = async (context, words) => {
  words.need(1);
  const path = words.take();
  words.end();
  const object = openObjectFile(context, path);
  const { name, ...target } = await targetOf(context);
  const { reports, warnings } = relocateObject(object, { ...target, lenient: true });
  for (const warning of warnings) context.printer.info(`Warning: ${warning}`);
  const view = { object, globals: [...globals(object)], target: name, relocations: reports };
  return { plain: () => objectPlain(view), json: () => objectJson(view) };
};

/** The kernel to relocate against: the machine's. */
async function targetOf(context: Context) {
  const { io, options, machine } = context;
  const { profile, bytes } = (await machine()).read(({ profile }) => ({ profile, bytes: profile.btf() }));
  const given = options.btf;
  const target: Btf | undefined = given !== undefined ? readBtfFile(io, given) : bytes && parseBtf(bytes);
  return {
    name: given ?? `Linux ${profile.version} ${profile.arch}`,
    target,
    kconfig: readKconfigFile(context),
    kernelConfig: () => [...profile.config].map(([key, value]) => `${key}=${value}\n`).join(''),
    kernelVersion: kernelVersion(profile.version),
  };
}

/** Variables of the data sections. */
function* globals({ btf, maps }: BpfObject): Generator<GlobalView> {
  for (const map of maps) {
    const section = btf && map.valueTypeId !== 0 ? btf.typeById(map.valueTypeId) : undefined;
    if (btf === undefined || section?.kind !== 'DATASEC') continue;
    for (const { type, offset, size } of section.vars) {
      const variable = btf.typeById(type);
      if (variable.kind !== 'VAR') continue;
      const text = cSignature(btf, variable.type).trim();
      yield { name: variable.name, section: map.section, type: text, offset, size };
    }
  }
}
