/** Attacks by a client that can reach a port and has no credentials. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { childrenOf, needsProc } from '../support/hsm-process.ts';
import { startWorld } from '../support/world.ts';

/** Returns the native add-ons of packages that a process has mapped. */
function nativeAddOns(pid: number): string[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('.node'));
}

describe('a client on the network', () => {
  it(
    'never reaches a native add-on: neither the front end nor an HSM maps one',
    {
      skip: needsProc,
    },
    async () => {
      await using world = await startWorld();
      const { pid } = world.server.process;
      assert.ok(pid !== undefined);
      const hsms = childrenOf(pid);
      assert.ok(hsms.length > 0, 'the managed HSM is a child process');
      for (const process of [pid, ...hsms]) assert.deepEqual(nativeAddOns(process), []);
    },
  );
});
