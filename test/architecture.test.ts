/**
 * The rules of docs/architecture.md as a test: allowed imports, faces, cycles, and the contents of
 * an HSM's bundle.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';

const ROOT = new URL('../', import.meta.url).pathname;
const SRC = join(ROOT, 'src');

interface Import {
  readonly from: string;
  readonly to: string;
  /** Gone at run time. */
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return name.endsWith('.ts') ? [path] : [];
  });
}

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  return Array.from(text.matchAll(STATEMENT), ([, type, specifier = '']) => ({
    from: file,
    to: specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier,
    typeOnly: type !== undefined,
  }));
}

const isTest = (path: string): boolean => path.endsWith('.test.ts');
const files = sourceFiles(SRC).filter((path) => !isTest(path));
const imports = files.flatMap(importsOf);
const local = imports.filter(({ to }) => to.startsWith(SRC));

/** A file's package: its top folder under src/, or one of the two that hsm/ offers to callers. */
function packageOf(path: string): string {
  const parts = relative(SRC, path).split('/');
  const inner = parts[0] === 'hsm' && (parts[1] === 'wire' || parts[1] === 'client');
  return inner ? `hsm/${parts[1]}` : (parts[0] ?? '');
}

/** The table of docs/architecture.md. */
function allowed(): Map<string, Set<string>> {
  const rows = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').matchAll(
    /^\| `([a-z0-9]+)\/` \|[^|]*\| ([^|]*) \|$/gm,
  );
  const table = new Map(
    Array.from(rows, ([, folder = '', may = '']) => [
      folder,
      new Set(may.split(',').map((one) => one.trim())),
    ]),
  );
  const everything = new Set([...table.keys(), 'hsm/client', 'hsm/wire']);
  table.set('bin', everything);
  table.set(
    'operations',
    new Set(
      [...everything].filter(
        (one) => !['crypto', 'sigv4', 'protocol', 'cli', 'node', 'bin', 'hsm'].includes(one),
      ),
    ),
  );
  table.set('node', new Set([...everything].filter((one) => !['cli', 'bin', 'hsm'].includes(one))));
  table.set('hsm', new Set(['base', 'crypto', 'hsm/wire', 'hsm/client']));
  table.set('hsm/client', new Set(['base', 'hsm/wire']));
  table.set('hsm/wire', new Set(['base']));
  return table;
}

test('a folder imports only what the table in docs/architecture.md allows', () => {
  const table = allowed();
  const mayImport = ({ from, to, typeOnly }: Import): boolean => {
    const may = table.get(packageOf(from)) ?? new Set();
    return may.has(packageOf(to)) || (typeOnly && may.has(`${packageOf(to)} (types only)`));
  };
  const offences = local
    .filter((one) => packageOf(one.from) !== packageOf(one.to) && !mayImport(one))
    .map(({ from, to }) => `${relative(SRC, from)} imports ${relative(SRC, to)}`);
  assert.deepEqual(
    offences,
    [],
    'import something below, or change the table and say why in docs/decisions/',
  );
});

test('a folder is imported only through its index.ts', () => {
  const offences = local
    .filter(
      ({ from, to }) =>
        packageOf(from) !== packageOf(to) &&
        packageOf(from) !== 'bin' &&
        relative(join(SRC, packageOf(to)), to) !== 'index.ts',
    )
    .map(({ from, to }) => `${relative(SRC, from)} reaches into ${relative(SRC, to)}`);
  assert.deepEqual(offences, [], "import the folder's index.ts, and export there what others need");
});

test('every folder says at the top of its index.ts what it is for', () => {
  const faces = new Set(files.map(packageOf).filter((name) => name !== 'bin' && name !== 'hsm'));
  for (const name of faces) {
    assert.match(
      readFileSync(join(SRC, name, 'index.ts'), 'utf8'),
      /^\/\*\*\n \* [a-z0-9/]+: /,
      `src/${name}/index.ts starts with a comment`,
    );
  }
});

test('imports form no cycle, types included', () => {
  const graph = new Map<string, string[]>();
  for (const { from, to } of local) graph.set(from, [...(graph.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    const start = path.indexOf(file);
    if (start >= 0)
      cycles.push([...path.slice(start), file].map((one) => relative(SRC, one)).join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  }
  for (const file of graph.keys()) visit(file, []);
  assert.deepEqual(cycles, [], 'move what both files need into a third one below them');
});

test('inside protocol/, http/ is above handle.ts, and handle.ts above codec/', () => {
  const levels = ['codec/', 'handle.ts', 'http/'];
  const levelOf = (path: string): number =>
    levels.findIndex((level) => relative(join(SRC, 'protocol'), path).startsWith(level));
  const offences = local
    .filter(({ from, to }) => levelOf(from) >= 0 && levelOf(to) > levelOf(from))
    .map(({ from, to }) => `${relative(SRC, from)} imports ${relative(SRC, to)}`);
  assert.deepEqual(offences, [], 'declare what both need in the lower one, or beside them');
});

test('src/ holds no test worlds, and imports nothing from test/', () => {
  const offences = imports
    .filter(({ from, to }) => from.endsWith('-world.ts') || to.startsWith(join(ROOT, 'test')))
    .map(({ from, to }) => `${relative(SRC, from)} imports ${relative(ROOT, to)}`);
  assert.deepEqual(offences, [], 'test worlds live under test/support/');
});

test("an HSM's bundle holds nothing above crypto/, and knows no ARN", async () => {
  const { metafile } = await build({
    entryPoints: [join(SRC, 'bin/hsm.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    absWorkingDir: ROOT,
  });
  const inputs = Object.keys(metafile.inputs);
  const foreign = inputs.filter(
    (path) => path.startsWith('src/') && !/^src\/(?:base|crypto|hsm|bin\/hsm\.ts)/.test(path),
  );
  assert.deepEqual(foreign, [], 'an HSM knows nothing of KMS');
  for (const path of sourceFiles(join(SRC, 'hsm')))
    assert.ok(!readFileSync(path, 'utf8').includes('arn:'), `${path} mentions an ARN`);
});

test('only bin/ reads the environment, and only base/ the time', () => {
  for (const path of files) {
    const text = readFileSync(path, 'utf8');
    const name = relative(SRC, path);
    if (!name.startsWith('bin/'))
      assert.ok(!text.includes('process.env'), `${name} reads process.env`);
    if (!name.startsWith('base/'))
      assert.ok(
        !/Date\.now\(\)|new Date\(\)/.test(text),
        `${name} asks the machine for the time; take a Clock`,
      );
  }
});

test('nothing that is committed names a path of somebody’s machine', () => {
  for (const path of [
    ...files,
    ...sourceFiles(join(ROOT, 'test')),
    ...sourceFiles(join(ROOT, 'bench')),
  ]) {
    assert.ok(
      !/['"`](?:\/root|\/home)\//.test(readFileSync(path, 'utf8')),
      `${path} names a home folder`,
    );
  }
});
