import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { isKmsError, KmsError } from './errors.ts';

describe('KmsError', () => {
  const error = new KmsError('NotFoundException', 'no such key', {
    cause: new Error('password=hunter2'),
  });

  it('carries its name, its public text and, for the log, its cause', () => {
    assert.ok(isKmsError(error));
    assert.equal(error.code, 'NotFoundException');
    assert.equal(error.publicMessage, 'no such key');
    assert.match(String(error.cause), /hunter2/);
  });

  it('shows its cause nowhere', () => {
    for (const text of [
      JSON.stringify(error),
      inspect(error, { depth: 9, showHidden: true }),
      String(error),
      error.stack,
    ]) {
      assert.doesNotMatch(text ?? '', /hunter2/);
    }
  });

  it('may have no text for the caller', () => {
    assert.equal(new KmsError('InvalidCiphertextException').publicMessage, undefined);
  });
});
