import { EbpftsError } from '../base/index.ts';
import { createKernel } from '../kernel/index.ts';
import { type LoadOptions, loadObject } from '../loader/index.ts';
import type { BpfObject } from '../object/index.ts';
import { type FirstVersion, firstVersion } from '../veristat/index.ts';
import type { Session } from './session.ts';

/** The first version of Linux, after the machine's, that takes an object which the machine's refused. */
export function laterVersion(
  object: BpfObject,
  { profile, verify, capabilities }: Pick<Session, 'profile' | 'verify' | 'capabilities'>,
  options: Pick<LoadOptions, 'coreTarget' | 'kconfig' | 'binaries'>,
): FirstVersion | undefined {
  return firstVersion(object, profile, (later) => {
    const process = createKernel({ profile: later, verify }).openProcess({ task: { capabilities } });
    try {
      const { coreTarget, kconfig, binaries } = options;
      loadObject(process, object, { coreTarget, kconfig, binaries });
      return true;
    } catch (error) {
      if (!(error instanceof EbpftsError)) throw error;
      return false;
    } finally {
      process.exit();
    }
  });
}
