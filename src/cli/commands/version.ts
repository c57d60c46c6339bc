import type { Handler } from '../context.ts';

/** The libbpf whose interface and behaviour are followed; none is linked in, so the text does not say "using". */
const LIBBPF = '1.5';
/** The package's version; a test holds it equal to package.json. */
export const VERSION = '0.1.0';

export const version: Handler = () => ({
  plain: () => `ebpfts v${VERSION}\nfollowing libbpf v${LIBBPF}\nfeatures:\n`,
  json: () => ({
    version: VERSION,
    libbpf_version: LIBBPF,
    features: { libbfd: false, llvm: false, skeletons: false, bootstrap: false },
  }),
});
