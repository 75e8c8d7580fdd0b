import assert from 'node:assert/strict';
import { it } from 'node:test';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { startWorld } from '../support/world.ts';
import { startTwoHsmKeyStore } from './two-hsm-key-store.ts';

it(
  'a frozen HSM fails no requests, is reported, and is restarted',
  { skip: needsProc },
  async () => {
    await using world = await startWorld();
    const fixture = await startTwoHsmKeyStore(world);
    const [frozen = ''] = fixture.hsmIds;
    const pid = pidOf(frozen);
    process.kill(pid, 'SIGSTOP');
    await fixture.useAllKeys();
    await fixture.untilNewKeysAreRejected();
    assert.match(await fixture.untilReported(frozen), /does not respond/);
    await fixture.useAllKeys();
    // No SIGCONT is sent: the control plane ends the process and starts another one in its folder.
    await fixture.untilRecovered();
    assert.notEqual(pidOf(frozen), pid);
  },
);
