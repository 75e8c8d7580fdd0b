import assert from 'node:assert/strict';
import { it } from 'node:test';
import { expectedDocument, documents, readDocument } from './generated.ts';

for (const document of documents) {
  it(`the generated part of ${document} is up to date`, () => {
    assert.equal(readDocument(document), expectedDocument(document), 'run `npm run readme`');
  });
}
