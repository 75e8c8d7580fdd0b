import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namespacesMissing, playInNamespaces } from './in-namespaces.ts';

it('an HSM whose disk is full goes on using keys, takes no new ones, says so, and recovers', { skip: namespacesMissing() }, async () => {
  const { code, stderr } = await playInNamespaces('disk-scene.ts');
  assert.equal(code, 0, stderr);
});
