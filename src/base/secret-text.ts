import { inspect } from 'node:util';

/**
 * A secret string that logs, errors, JSON and `inspect` show as `[secret]`. Calls of `reveal()`
 * mark every real use.
 */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
