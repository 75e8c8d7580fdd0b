/** The commands that a share file names for opening it work as pasted. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { openCommands, writeShareFiles } from './recovery-files.ts';
import { readRecipientKey, sealFor } from '../../crypto/index.ts';
import { RECOVERY_SHARE_PURPOSE } from '../../hsm/wire/index.ts';
import { withoutOpenssl } from '../../../test/support/openssl.ts';

it(
  'a recovery share for an RSA key opens with the pasted openssl command',
  { skip: withoutOpenssl },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyhold-share-'));
    try {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      writeFileSync(join(folder, 'anna.key'), privateKey);
      const share = Buffer.from('a share');
      const encrypted = sealFor(readRecipientKey(publicKey), share, RECOVERY_SHARE_PURPOSE);
      writeShareFiles({ recoverySharesDir: folder }, 'cluster-1', {
        keyId: 'key',
        threshold: 1,
        holders: [],
        shares: [{ holder: 'anna', encrypted }],
      });
      const { toOpen } = JSON.parse(
        readFileSync(join(folder, 'anna.recovery-share.json'), 'utf8'),
      ) as { toOpen: string };
      assert.equal(toOpen, openCommands('anna'));
      const [, command = ''] = toOpen.split('for an RSA key: ');
      assert.doesNotMatch(command, /["\\]/, 'JSON shows it as it is pasted');
      execFileSync('sh', ['-c', command], { cwd: folder });
      assert.deepEqual(readFileSync(join(folder, 'anna.share')), share);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
