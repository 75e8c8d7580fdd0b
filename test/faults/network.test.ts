import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namespacesUnavailable, runInNamespaces } from './in-namespaces.ts';

it(
  'a partitioned HSM fails no requests, is reported, and is used again once it is reachable',
  { skip: namespacesUnavailable() },
  async () => {
    const { code, stderr } = await runInNamespaces('network-partition-program.ts');
    assert.equal(code, 0, stderr);
  },
);
