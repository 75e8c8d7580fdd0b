import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namespacesUnavailable, runInNamespaces } from './in-namespaces.ts';

const skip = namespacesUnavailable();

it(
  'a key store cannot be connected while the disks of all its HSMs are full, and can once there is space',
  { skip },
  async () => {
    const { code, stderr } = await runInNamespaces('all-disks-full-program.ts');
    assert.equal(code, 0, stderr);
  },
);

it(
  'an HSM whose disk is full still uses its keys, accepts no new ones, is reported, and recovers',
  { skip },
  async () => {
    const { code, stderr } = await runInNamespaces('disk-full-program.ts');
    assert.equal(code, 0, stderr);
  },
);
