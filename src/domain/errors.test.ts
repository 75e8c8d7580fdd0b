import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { isKmsError, KmsError } from './errors.ts';

describe('KmsError', () => {
  const error = new KmsError('NotFoundException', 'no such key', {
    cause: new Error('password=hunter2'),
  });

  it('has its name, its public message and, for the log, its cause', () => {
    assert.ok(isKmsError(error));
    assert.equal(error.code, 'NotFoundException');
    assert.equal(error.publicMessage, 'no such key');
    assert.match(String(error.cause), /hunter2/);
  });

  it('never shows its cause', () => {
    for (const text of [
      JSON.stringify(error),
      inspect(error, { depth: 9, showHidden: true }),
      String(error),
      error.stack,
    ]) {
      assert.doesNotMatch(text ?? '', /hunter2/);
    }
  });

  it('can have no public message', () => {
    assert.equal(new KmsError('InvalidCiphertextException').publicMessage, undefined);
  });
});
