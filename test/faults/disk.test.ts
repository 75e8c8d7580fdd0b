import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namespacesMissing, playInNamespaces } from './in-namespaces.ts';

const skip = namespacesMissing();

it(
  'a store can not be connected while no HSM can write, and can afterwards',
  { skip },
  async () => {
    const { code, stderr } = await playInNamespaces('full-disks-scene.ts');
    assert.equal(code, 0, stderr);
  },
);

it(
  'an HSM whose disk is full goes on using keys, takes no new ones, says so, and recovers',
  { skip },
  async () => {
    const { code, stderr } = await playInNamespaces('disk-scene.ts');
    assert.equal(code, 0, stderr);
  },
);
