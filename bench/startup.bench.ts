// How long the command line takes to start, beside an empty Node: `ebpfts version` is to stay within 1.25 times.
import { timePaired } from './paired.ts';

const { a, b, ratio } = timePaired([process.execPath, 'bin/ebpfts', 'version'], [process.execPath, '-e', '0'], 25);
console.log(`ebpfts version ${a.toFixed(1)} ms, node -e 0 ${b.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (limit 1.25)`);
