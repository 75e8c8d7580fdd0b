import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namespacesMissing, playInNamespaces } from './in-namespaces.ts';

it(
  'an HSM that is cut off from the network is left alone, reported, and taken back',
  { skip: namespacesMissing() },
  async () => {
    const { code, stderr } = await playInNamespaces('network-scene.ts');
    assert.equal(code, 0, stderr);
  },
);
