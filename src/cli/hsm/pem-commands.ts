import { Option, type Command } from 'commander';
import { writeFileDurably } from '../../base/index.ts';
import type { KeyFilter, KeyTemplate } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { act } from './answer.ts';
import { collectTemplate } from './attributes.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { derOfPem, pemOf } from './files.ts';
import { oneKey, withFilter } from './find-keys.ts';
import { formOf, keyClasses, withKeyClass, type KeyClassOptions } from './key-class.ts';
import { withLogin } from './login.ts';
import { keyShape, reference } from './shapes.ts';

const LABEL = 'PUBLIC KEY';

interface ImportOptions extends TargetOptions, KeyClassOptions {
  readonly path: string;
  readonly label: string;
  readonly session?: true;
  readonly attributes?: KeyTemplate;
}

interface FileOptions extends TargetOptions {
  readonly filter: KeyFilter;
  readonly path: string;
}

/** Adds import and export of public keys. For other keys, use `key unwrap` and `key wrap`. */
export function addPemCommands(key: Command, context: HsmContext): void {
  withKeyClass(
    key.command('import').description('import a public key').command('pem'),
    keyClasses.pem,
  )
    .description('import a public key from a PEM file')
    .requiredOption('--path <file>', 'PEM file')
    .requiredOption('--label <label>', 'label of the new key')
    .option('--session', 'create a session key, which is deleted at the end of the login session')
    .option('--attributes <attribute...>', 'NAME=VALUE, attributes of the new key', collectTemplate)
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm key import pem --path partner.pem --label partner --key-type-class ec-public --curve secp256r1 --attributes verify=true',
    )
    .action(act(context, importPem));
  withFilter(
    key.command('generate-file').description('write the public key of a key pair to a file'),
  )
    .addOption(new Option('--encoding <encoding>', 'file format').choices(['pem']).default('pem'))
    .requiredOption('--path <file>', 'file to write')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm key generate-file --filter attr.label=my-key --path my-key.pem',
    )
    .action(act(context, generateFile));
}

async function importPem(context: HsmContext, options: ImportOptions): Promise<object> {
  const form = formOf(options);
  if (form.class !== 'public-key')
    throw new CliError('only public keys can be imported from a PEM file');
  const publicKey = derOfPem(options.path, LABEL);
  const template = { ...options.attributes, label: options.label, token: options.session !== true };
  return withLogin(context, options, async (connection) => {
    const key = await connection.call('importPublicKey', { kind: form.type, publicKey, template });
    return { key: keyShape(key), message: 'Successfully imported key' };
  });
}

async function generateFile(context: HsmContext, options: FileOptions): Promise<object> {
  return withLogin(context, options, async (connection) => {
    const { handle } = await oneKey(connection, options.filter);
    const { publicKey } = await connection.call('exportPublicKey', { key: handle });
    writeFileDurably(options.path, pemOf(LABEL, publicKey), 0o644);
    return { 'key-reference': reference(handle), path: options.path };
  });
}
