import assert from 'node:assert/strict';

/** Asserts that AWS's client was refused by this name and, where given, this text. */
export async function refused(
  call: Promise<unknown>,
  name: string,
  text?: string | RegExp,
): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, name, error.message);
    if (typeof text === 'string') assert.equal(error.message, text);
    else if (text) assert.match(error.message, text);
    return true;
  });
}
