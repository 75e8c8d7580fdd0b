import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DecryptCommand, EncryptCommand, KMSServiceException } from '@aws-sdk/client-kms';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { newKey } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

/** Upper bound for noticing a frozen process and for replacing it, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** Returns the ID of the only managed HSM of a new installation. */
async function managedHsm({ server }: World): Promise<string> {
  const metrics = await (await fetch(`${server.endpoint}/metrics`)).text();
  return /keyhold_hsm_keys\{hsm="([^"]+)"/.exec(metrics)?.[1] ?? '';
}

it(
  'a frozen HSM of the default key store fails requests with DependencyTimeoutException, until the store recovers',
  { skip: needsProc },
  async () => {
    await using world = await startWorld();
    const KeyId = await newKey(world);
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('kept') }),
    );
    const decrypted = async (): Promise<string | KMSServiceException> => {
      try {
        const { Plaintext } = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
        return Buffer.from(Plaintext ?? []).toString();
      } catch (error) {
        if (error instanceof KMSServiceException) return error;
        throw error;
      }
    };

    process.kill(pidOf(await managedHsm(world)), 'SIGSTOP');
    const noticed = async () => {
      const answer = await decrypted();
      return typeof answer !== 'string' && answer;
    };
    const error = await until('the frozen HSM is noticed', noticed, TIMEOUT_MS);
    assert.deepEqual(
      [error.name, error.$metadata.httpStatusCode],
      ['DependencyTimeoutException', 500],
    );

    const recovered = async () => {
      const answer = await decrypted();
      if (typeof answer !== 'string') assert.equal(answer.name, 'DependencyTimeoutException');
      return typeof answer === 'string' && answer;
    };
    assert.equal(await until('the default key store recovers', recovered, TIMEOUT_MS), 'kept');
  },
);
