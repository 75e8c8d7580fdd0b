import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DecryptCommand, EncryptCommand, KMSServiceException } from '@aws-sdk/client-kms';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { newKey } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';

it(
  'while its HSM is frozen, keys of the default key store answer that a dependency timed out; then all is as before',
  { skip: needsProc },
  async () => {
    await using world = await startWorld();
    const KeyId = await newKey(world);
    const { CiphertextBlob } = await world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('kept') }));
    const metrics = await (await fetch(`${world.server.endpoint}/metrics`)).text();
    const hsmId = /keyhold_hsm_keys\{hsm="([^"]+)"/.exec(metrics)?.[1] ?? '';

    process.kill(pidOf(hsmId), 'SIGSTOP');
    const refusal = await until('the frozen HSM is noticed', async () => {
      try {
        await world.kms.send(new DecryptCommand({ CiphertextBlob }));
        return undefined;
      } catch (error) {
        return error instanceof KMSServiceException ? error : undefined;
      }
    });
    assert.equal(refusal.name, 'DependencyTimeoutException');
    assert.equal(refusal.$metadata.httpStatusCode, 500);

    // The control plane ends it and starts another process in its folder.
    const { Plaintext } = await until('the default key store is back', async () => {
      try {
        return await world.kms.send(new DecryptCommand({ CiphertextBlob }));
      } catch (error) {
        assert.equal((error as Error).name, 'DependencyTimeoutException');
        return undefined;
      }
    });
    assert.equal(Buffer.from(Plaintext ?? []).toString(), 'kept');
  },
);
