import { EbpftsError } from '../base/index.ts';

/** Something that the host should give and does not. */
export class HostError extends EbpftsError {}

export function errNoData(name: string): HostError {
  return new HostError({
    code: 'HOST_NO_DATA',
    message: `the file ${name} of the package is missing: install it again`,
    details: { name },
  });
}

export function errBadGzip(cause: unknown): HostError {
  return new HostError({ code: 'HOST_BAD_GZIP', message: `cannot decompress: ${String(cause)}`, cause });
}
