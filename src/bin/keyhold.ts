/** The `keyhold` program. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Caches compiled sources, which saves two thirds of the loading time. The folder lies beside the
// libraries: write access to it gives no more than write access to them. Node's default is a
// folder shared by all users. HSM processes inherit the setting.
const cache = (process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../../node_modules/.cache/keyhold', import.meta.url),
));
enableCompileCache(cache);

// Block size, in bytes, from which glibc returns freed memory to the system. HSM processes inherit
// it: each password check needs 19 MiB for a moment, which glibc would otherwise keep per thread.
process.env['MALLOC_MMAP_THRESHOLD_'] ??= '1048576';

const { runProgram } = await import('./program.ts');
await runProgram(process.argv);
