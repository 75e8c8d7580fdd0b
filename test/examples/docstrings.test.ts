/**
 * Runs the examples in the docstrings of reusable folders. Each ```ts block is a module. It imports
 * by the path from the repository's root (`'src/crypto/index.ts'`) and can use `assert`. A ```ts
 * hsm block can also use the `address`, `trustAnchor`, `username` and `password` of a running HSM.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { hsmWorld, USER_PASSWORD, type HsmWorld } from '../support/hsm/hsm-world.ts';

const ROOT = new URL('../../', import.meta.url);

interface Example {
  readonly file: string;
  readonly line: number;
  readonly needsHsm: boolean;
  readonly code: string;
}

const BLOCK = /^ *\* ```ts( hsm)?\n((?: *\*.*\n)*?) *\* ```$/gm;

function examplesOf(folder: string): Example[] {
  return readdirSync(new URL(folder, ROOT))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => {
      const file = `${folder}${name}`;
      const text = readFileSync(new URL(file, ROOT), 'utf8');
      return Array.from(text.matchAll(BLOCK), ({ 1: hsm, 2: lines = '', index }) => ({
        file,
        line: text.slice(0, index).split('\n').length,
        needsHsm: hsm !== undefined,
        code: lines.replaceAll(/^ *\* ?/gm, ''),
      }));
    });
}

/** Returns the complete module of an example, with its constants and with resolved imports. */
function moduleOf({ code }: Example, given: object): string {
  const constants = Object.entries(given).map(
    ([name, value]) => `const ${name} = ${JSON.stringify(value)};`,
  );
  return [
    "import assert from 'node:assert/strict';",
    ...constants,
    code.replaceAll(
      /'((?:src|test)\/[^']+)'/g,
      (_, path: string) => `'${new URL(path, ROOT).href}'`,
    ),
  ].join('\n');
}

for (const folder of ['src/hsm/client/', 'src/sigv4/', 'src/policy/', 'src/crypto/']) {
  const examples = examplesOf(folder);

  describe(`the docstrings of ${folder}`, () => {
    const modules = mkdtempSync(join(tmpdir(), 'keyhold-examples-'));
    let world: HsmWorld | undefined;
    let given: object = {};
    before(async () => {
      if (!examples.some(({ needsHsm }) => needsHsm)) return;
      world = await hsmWorld();
      (await world.login('alice')).close();
      const { trustAnchor, first } = world;
      given = { address: first.address, trustAnchor, username: 'alice', password: USER_PASSWORD };
    });
    after(async () => {
      await world?.[Symbol.asyncDispose]();
      rmSync(modules, { recursive: true, force: true });
    });

    it('contain examples', () => assert.ok(examples.length > 0));

    for (const example of examples) {
      const { file, line, needsHsm } = example;
      it(`contain an example that runs: ${file}:${line}`, async () => {
        const path = join(modules, `${basename(file, '.ts')}-${line}.ts`);
        writeFileSync(path, moduleOf(example, needsHsm ? given : {}));
        await import(pathToFileURL(path).href);
        assert.match(example.code, /assert/, 'an example asserts its result');
      });
    }
  });
}
