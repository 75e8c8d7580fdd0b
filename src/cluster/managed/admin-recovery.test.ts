import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SecretText } from '../../base/index.ts';
import { exportPrivateKey, makeKeyPair } from '../../crypto/index.ts';
import { openAdminRecovery, openRecoveryFile } from './admin-recovery.ts';

const spki = { type: 'spki', format: 'pem' } as const;

describe('the recovery of the managed HSM’s admin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-recovery-'));
  after(() => rmSync(folder, { recursive: true }));
  const owner = makeKeyPair();
  const other = makeKeyPair();
  const recoveryFor = ({ publicKey }: typeof owner) =>
    openAdminRecovery(folder, publicKey.export(spki));

  it('says that the password was thrown away if no key was given at the first start', () => {
    assert.doesNotThrow(() => openAdminRecovery(folder, undefined).checkKept());
    assert.throws(() => recoveryFor(owner).checkKept(), /works at the first start only/);
  });

  it('keeps a password for one key', () => {
    recoveryFor(owner).keep(new SecretText('the password'));
    recoveryFor(owner).checkKept();
    assert.throws(() => recoveryFor(other).checkKept(), /sealed for another key/);
    const content = readFileSync(join(folder, 'admin-recovery.json'), 'utf8');
    const opened = openRecoveryFile(content, exportPrivateKey(owner.privateKey));
    assert.equal(opened.reveal(), 'the password');
    assert.throws(() => openRecoveryFile(content, exportPrivateKey(other.privateKey)));
  });

  it('takes no private key, and no text that is not a key', () => {
    for (const text of [exportPrivateKey(owner.privateKey), 'nonsense'])
      assert.throws(() => openAdminRecovery(folder, text), /^Error: --recovery-key: /);
  });
});
