import { EbpftsError } from '../../base/index.ts';
import type { LinkFile, LinkReport } from '../../object/index.ts';
import { linkObjects } from '../../object/index.ts';
import { errno } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, strerror } from '../errors.ts';
import { errnoOf, writeOutput } from '../files.ts';
import type { Io } from '../io.ts';
import type { Json } from '../render/json.ts';

/**
 * `gen object OUT IN...`: links objects into one.
 *
 * DEVIATION: the output is written when everything is linked, not emptied at the beginning: it may be one of the inputs,
 * and stays as it was where linking fails.
 */
export const genObject: Handler = ({ io }, words) => {
  words.needOrUsage(2);
  const output = words.take();
  const files: LinkFile[] = [];
  while (words.count > 0) files.push(readObject(io, words.take()));
  const { bytes, report } = link(files);
  writeOutput(output, bytes, { problem: `failed to create '${output}'`, mode: 0o644 });
  return { plain: () => '', json: () => reportJson(report) };
};

function readObject(io: Io, name: string): LinkFile {
  try {
    return { name, bytes: io.readFile(name) };
  } catch (error) {
    // A folder can be opened, but is no ELF file.
    const code = errnoOf(error) === -errno.EISDIR ? -errno.EINVAL : errnoOf(error);
    throw errFailed(`failed to link '${name}': ${strerror(code)} (${-code})`, code);
  }
}

function link(files: readonly LinkFile[]): ReturnType<typeof linkObjects> {
  try {
    return linkObjects(files);
  } catch (error) {
    if (!(error instanceof EbpftsError)) throw error;
    throw errFailed(`failed to link: ${error.message}`, isUnsupported(error) ? -errno.ENOTSUP : -errno.EINVAL);
  }
}

/** Whether the file is sound, but of a machine, kind or byte order that is not linked. */
function isUnsupported({ code, details }: EbpftsError): boolean {
  const { reason } = details;
  return code === 'LINK_BYTE_ORDER' || reason === 'ELF_MACHINE' || reason === 'ELF_TYPE' || reason === 'ELF_CLASS';
}

/** DEVIATION: bpftool says nothing in JSON; this says what was linked and how symbols were resolved. */
function reportJson({ sections, symbols, types }: LinkReport): Json {
  return {
    sections: sections.map(({ name, size, parts }) => ({ name, size, parts: parts.map((part) => ({ ...part })) })),
    symbols: symbols.map(({ name, section, weak, claims }) => ({
      name,
      section: section ?? null,
      weak,
      claims: claims.map((claim) => ({ ...claim })),
    })),
    types: { ...types },
  };
}
