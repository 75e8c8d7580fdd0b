import { InvalidArgumentError, Option, type Command } from 'commander';
import type { KeyInfo, KeyPairKind, KeyTemplate, SecretKeyType } from '../../hsm/wire/index.ts';
import type { HsmConnection } from '../../hsm/client/index.ts';
import { act } from './answer.ts';
import { collectTemplate } from './attributes.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';
import { keyShape } from './shapes.ts';

interface Common extends TargetOptions {
  readonly session?: true;
  readonly shareCryptoUsers?: readonly string[];
}

interface SymmetricOptions extends Common {
  readonly label: string;
  readonly keyLengthBytes: number;
  readonly attributes?: KeyTemplate;
}

interface PairOptions extends Common {
  readonly publicLabel: string;
  readonly privateLabel: string;
  readonly publicAttributes?: KeyTemplate;
  readonly privateAttributes?: KeyTemplate;
}

/** Kinds of key pair by cloudhsm-cli's names of curves. */
const curves: Readonly<Record<string, KeyPairKind>> = {
  prime256v1: 'secp256r1',
  secp256r1: 'secp256r1',
  secp384r1: 'secp384r1',
  secp521r1: 'secp521r1',
  secp256k1: 'secp256k1',
  ed25519: 'ed25519',
};
const ATTRIBUTES_HELP =
  'NAME=VALUE, e.g. extractable=false sign=true; omitted attributes are false';

export function addGenerateCommands(key: Command, context: HsmContext): void {
  const symmetric = key.command('generate-symmetric').description('generate a symmetric key');
  symmetricCommand(
    symmetric.command('aes').description('generate an AES key'),
    context,
    'aes',
    [16, 24, 32],
  );
  symmetricCommand(
    symmetric.command('generic-secret').description('generate a secret for HMAC'),
    context,
    'generic-secret',
  );
  const pair = key.command('generate-asymmetric-pair').description('generate a key pair');
  pairCommand(pair.command('rsa').description('generate an RSA key pair'))
    .addOption(
      new Option('--modulus-size-bits <bits>', 'size of the modulus')
        .choices(['2048', '3072', '4096'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--public-exponent <exponent>', 'public exponent')
        .choices(['65537'])
        .default('65537'),
    )
    .action(
      act(
        context,
        pairOf<{ readonly modulusSizeBits: string }>(
          ({ modulusSizeBits }) => `rsa-${modulusSizeBits}` as KeyPairKind,
        ),
      ),
    );
  pairCommand(pair.command('ec').description('generate an elliptic-curve key pair'))
    .addOption(
      new Option('--curve <curve>', 'elliptic curve')
        .choices(Object.keys(curves))
        .makeOptionMandatory(),
    )
    .action(
      act(
        context,
        pairOf<{ readonly curve: string }>(({ curve }) => curves[curve] ?? 'secp256r1'),
      ),
    );
  pairCommand(
    pair.command('ml-dsa').description('generate a post-quantum signing key pair (FIPS 204)'),
  )
    .addOption(
      new Option('--parameter-set <set>', 'parameter set')
        .choices(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'])
        .makeOptionMandatory(),
    )
    .action(
      act(
        context,
        pairOf<{ readonly parameterSet: KeyPairKind }>(({ parameterSet }) => parameterSet),
      ),
    );
}

function symmetricCommand(
  command: Command,
  context: HsmContext,
  keyType: SecretKeyType,
  lengths?: readonly number[],
): void {
  const example = `keyhold hsm key generate-symmetric ${keyType} --label my-key --key-length-bytes 32`;
  common(command)
    .requiredOption('--label <label>', 'label of the key')
    .requiredOption(
      '--key-length-bytes <length>',
      `length of the key: ${lengths?.join(', ') ?? '1 to 800'}`,
      lengthIn(lengths),
    )
    .option('--attributes <attribute...>', ATTRIBUTES_HELP, collectTemplate)
    .addHelpText(
      'after',
      `\nExample:\n  ${example} --attributes ${keyType === 'aes' ? 'encrypt=true decrypt=true' : 'sign=true verify=true'}`,
    )
    .action(act(context, symmetric(keyType)));
}

function pairCommand(command: Command): Command {
  return common(command)
    .requiredOption('--public-label <label>', 'label of the public key')
    .requiredOption('--private-label <label>', 'label of the private key')
    .option('--public-attributes <attribute...>', ATTRIBUTES_HELP, collectTemplate)
    .option('--private-attributes <attribute...>', ATTRIBUTES_HELP, collectTemplate);
}

function common(command: Command): Command {
  return command
    .option('--session', 'create a session key, which is deleted at the end of the login session')
    .option('--share-crypto-users <name...>', 'crypto users who can also use the key');
}

function lengthIn(lengths: readonly number[] | undefined) {
  return (text: string): number => {
    const length = Number(text);
    if (/^\d{1,3}$/.test(text) && (lengths?.includes(length) ?? (length >= 1 && length <= 800)))
      return length;
    throw new InvalidArgumentError(
      lengths ? `Must be one of ${lengths.join(', ')}.` : 'Must be a number from 1 to 800.',
    );
  };
}

function symmetric(keyType: SecretKeyType) {
  return (context: HsmContext, options: SymmetricOptions): Promise<object> =>
    withLogin(context, options, async (connection) => {
      const template = {
        ...options.attributes,
        label: options.label,
        token: options.session !== true,
      };
      const key = await connection.call('generateKey', {
        keyType,
        length: options.keyLengthBytes,
        template,
      });
      return { key: keyShape(await shared(connection, key, options)) };
    });
}

function pairOf<O>(kindOf: (options: O) => KeyPairKind) {
  return (context: HsmContext, options: PairOptions & O): Promise<object> =>
    withLogin(context, options, async (connection) => {
      const token = options.session !== true;
      const { publicKey, privateKey } = await connection.call('generateKeyPair', {
        kind: kindOf(options),
        publicTemplate: { ...options.publicAttributes, label: options.publicLabel, token },
        privateTemplate: { ...options.privateAttributes, label: options.privateLabel, token },
      });
      return {
        public_key: keyShape(publicKey),
        private_key: keyShape(await shared(connection, privateKey, options)),
      };
    });
}

async function shared(
  connection: HsmConnection,
  key: KeyInfo,
  { shareCryptoUsers = [] }: Common,
): Promise<KeyInfo> {
  for (const username of shareCryptoUsers)
    await connection.call('shareKey', { handle: key.handle, username });
  return { ...key, sharedUsers: shareCryptoUsers };
}
