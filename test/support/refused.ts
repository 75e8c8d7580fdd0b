import assert from 'node:assert/strict';

/** Asserts that a call fails with an error of this name and, if given, this message. */
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
