/** The `keyhold` program. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Keeps what Node makes of the sources, which saves two thirds of the loading time. Beside the libraries, because whoever
// can write there could change those as well; Node's own choice is a folder for everybody. HSM processes inherit it.
const cache = (process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../../node_modules/.cache/keyhold', import.meta.url),
));
enableCompileCache(cache);

// For HSM processes, which inherit it: each password check takes 19 MiB for a moment, and glibc would otherwise soon keep
// such blocks, one per thread, for good. Bytes from which a block goes back to the system when it is freed.
process.env['MALLOC_MMAP_THRESHOLD_'] ??= '1048576';

const { runProgram } = await import('./program.ts');
await runProgram(process.argv);
