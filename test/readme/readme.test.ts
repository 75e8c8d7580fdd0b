import assert from 'node:assert/strict';
import { it } from 'node:test';
import { asItShouldBe, documents, readDocument } from './generated.ts';

for (const document of documents) {
  it(`${document} says what there is`, () => {
    assert.equal(readDocument(document), asItShouldBe(document), 'run `npm run readme`');
  });
}
