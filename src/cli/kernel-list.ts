import { type KernelProfile, kernelVersions, versionAtLeast } from '../catalog/index.ts';
import { createNodeHost } from '../host/index.ts';
import { newProfile } from '../machine/index.ts';
import { readRawBtf } from './btf-file.ts';
import type { Context } from './context.ts';
import { errFailed } from './errors.ts';

/** Versions whose verdicts were measured: of a running kernel, or by what its own tests expect. */
const MEASURED = ['6.1', '6.18'];

/**
 * The kernels that `--kernel V,V` names, else the one that a new machine would have. `--btf FILE,FILE` gives each its BTF
 * in the same order; one file is for all. Says of which kernels not all rules are known.
 */
export function kernelsOf(context: Context): KernelProfile[] {
  const { io, options, printer } = context;
  const versions = options.kernel?.split(',') ?? [undefined];
  const paths = options.btf?.split(',') ?? [undefined];
  if (paths.length > 1 && paths.length !== versions.length) {
    throw errFailed(`--kernel names ${versions.length} kernels, --btf ${paths.length} files`);
  }
  const host = createNodeHost();
  const profiles = versions.map((version, i) => {
    const path = paths.length === 1 ? paths[0] : paths[i];
    const btf = path === undefined ? undefined : { path, bytes: readRawBtf(io, path) };
    return newProfile(host, { version, arch: options.arch, btf });
  });
  for (const warning of warningsOf(profiles.map(({ version }) => seriesOf(version))))
    printer.info(`Warning: ${warning}`);
  return profiles;
}

/** `5.10` of `5.10.0` */
function seriesOf(version: string): string {
  return version.split('.', 2).join('.');
}

function* warningsOf(versions: readonly string[]): Generator<string> {
  const known = kernelVersions();
  const [oldest, newest] = [known[0], known[known.length - 1]];
  const rows = versions.filter((version) => known.includes(version) && !MEASURED.includes(version)).join(', ');
  if (rows !== '') {
    yield `of Linux ${rows} it is known what there is, but not every rule of the verifier (docs/kernel-profiles.md)`;
  }
  for (const version of versions) {
    if (known.includes(version)) continue;
    if (versionAtLeast(version, newest)) {
      yield `Linux ${version} is verified by the rules of ${newest}, the newest that is known`;
    } else yield `Linux ${version} is verified by what is known of ${oldest}, the oldest`;
  }
}

/** `no BTF for 5.10: give --btf` */
export function noBtfFor(version: string): string {
  return `no BTF for ${seriesOf(version)}: give --btf`;
}
