import { Option, type Command } from 'commander';
import {
  signatureMechanisms,
  type KeyFilter,
  type SignatureMechanism,
  type SignedData,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { act } from './answer.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesFrom, bytesTo } from './files.ts';
import { oneKey, withFilter } from './find-keys.ts';
import { withLogin } from './login.ts';
import { reference } from './shapes.ts';

interface SignOptions extends TargetOptions {
  readonly keyFilter: KeyFilter;
  readonly hashFunction?: string;
  readonly data?: string;
  readonly dataPath?: string;
  readonly dataType: SignedData;
  readonly signature?: string;
  readonly signaturePath?: string;
}

/**
 * Names of cloudhsm-cli. Each stands for one mechanism per hash function, or for a single
 * mechanism.
 */
const schemes = ['ecdsa', 'rsa-pkcs', 'rsa-pkcs-pss', 'ed25519', 'ed25519ph', 'ml-dsa'] as const;
type Scheme = (typeof schemes)[number];
const hashes = ['sha256', 'sha384', 'sha512'] as const;

export function addCryptoCommands(hsm: Command, context: HsmContext): void {
  const crypto = hsm.command('crypto').description('sign and verify with keys of the cluster');
  const sign = crypto.command('sign').description('sign data with a private key');
  const verify = crypto
    .command('verify')
    .description('verify a signature with a public or private key');
  for (const scheme of schemes) {
    signing(sign.command(scheme), scheme, 'sign')
      .option(
        '--signature-path <file>',
        'file to write the signature to, instead of base64 in the output',
      )
      .action(act(context, signWith(scheme)));
    signing(verify.command(scheme), scheme, 'verify')
      .option('--signature <base64>', 'signature')
      .option('--signature-path <file>', 'file with the signature')
      .action(act(context, verifyWith(scheme)));
  }
}

function signing(command: Command, scheme: Scheme, verb: 'sign' | 'verify'): Command {
  withFilter(command.description(`${verb} with ${scheme}`), 'key-filter')
    .option('--data <base64>', 'data')
    .option('--data-path <file>', 'file with the data')
    .addOption(
      new Option('--data-type <type>', 'whether the input is the data itself or its digest')
        .choices(['raw', 'digest'])
        .default('raw'),
    );
  if (hasHashes(scheme)) {
    command.addOption(
      new Option('--hash-function <name>', 'hash function').choices(hashes).makeOptionMandatory(),
    );
  }
  const given = `--key-filter attr.label=my-key${hasHashes(scheme) ? ' --hash-function sha256' : ''} --data-path message`;
  return command.addHelpText(
    'after',
    `\nExample:\n  keyhold hsm crypto ${verb} ${scheme} ${given} --signature-path message.sig`,
  );
}

function hasHashes(scheme: Scheme): boolean {
  return scheme === 'ecdsa' || scheme.startsWith('rsa');
}

function mechanismOf(scheme: Scheme, hashFunction: string | undefined): SignatureMechanism {
  const wanted = hashFunction === undefined ? scheme : `${scheme}-${hashFunction}`;
  const mechanism = signatureMechanisms.find((one) => one === wanted);
  if (!mechanism) throw new CliError(`unsupported signature mechanism "${wanted}"`);
  return mechanism;
}

function signatureInput(scheme: Scheme, { hashFunction, data, dataPath, dataType }: SignOptions) {
  return {
    mechanism: mechanismOf(scheme, hashFunction),
    form: dataType,
    data: bytesFrom('data', data, dataPath),
  };
}

function signWith(scheme: Scheme) {
  return (context: HsmContext, options: SignOptions): Promise<object> => {
    const input = signatureInput(scheme, options);
    return withLogin(context, options, async (connection) => {
      const { handle } = await oneKey(connection, options.keyFilter);
      const { signature } = await connection.call('sign', { key: handle, ...input });
      return {
        'key-reference': reference(handle),
        ...bytesTo('signature', signature, options.signaturePath),
      };
    });
  };
}

function verifyWith(scheme: Scheme) {
  return (context: HsmContext, options: SignOptions): Promise<object> => {
    const input = signatureInput(scheme, options);
    const signature = bytesFrom('signature', options.signature, options.signaturePath);
    return withLogin(context, options, async (connection) => {
      const { handle } = await oneKey(connection, options.keyFilter);
      const { valid } = await connection.call('verify', { key: handle, ...input, signature });
      if (!valid) throw new CliError('Signature verification failed');
      return { message: 'Signature verified successfully' };
    });
  };
}
