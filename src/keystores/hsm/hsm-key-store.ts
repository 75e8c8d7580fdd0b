import { macAlgorithms } from '../../domain/index.ts';
import type { ClusterClient } from '../../hsm/client/index.ts';
import type {
  CommandInput,
  EncryptionInput as HsmEncryptionInput,
  ForRecipient,
} from '../../hsm/wire/index.ts';
import type { EncryptionInput, KeyStore, RecipientOptions, SigningInput } from '../contract.ts';
import { toKeyStoreError } from './hsm-errors.ts';
import { createWrappingPair, importMaterial } from './import-material.ts';
import { MaterialCommands, type MaterialStorage } from './material-commands.ts';
import { encryptionMechanism, signatureMechanism, signedData } from './mechanisms.ts';

/**
 * Returns a key store over a cluster of HSMs. `cluster` returns undefined while there is no
 * connection to the cluster.
 */
export function hsmKeyStore(
  storage: MaterialStorage,
  cluster: () => ClusterClient | undefined,
): KeyStore {
  const commands = new MaterialCommands(storage, cluster);

  return {
    createMaterial: (request) =>
      commands.translateErrors((client) => storage.create(client, request)),
    createWrappingPair: (request) => createWrappingPair(commands, request),
    importMaterial: (wrappingPair, wrapped) => importMaterial(commands, wrappingPair, wrapped),
    async destroyMaterial(material) {
      try {
        await storage.destroy(commands.client(), material);
        return true;
      } catch (error) {
        // Already destroyed: Keyhold was killed after the HSM's reply and before it was recorded.
        return toKeyStoreError(error).failure === 'material-missing';
      }
    },
    ...encryption(commands),
    ...signing(commands),
    ...keyAgreement(commands),
    async random(length, options) {
      const { bytes } = await commands.translateErrors((client) =>
        client.call('random', { length, ...forRecipient(options) }),
      );
      return bytes;
    },
  };
}

type Encryption = Pick<
  KeyStore,
  'encrypt' | 'decrypt' | 'reencrypt' | 'encryptRandom' | 'encryptRandomPair'
>;

function encryption(commands: MaterialCommands): Encryption {
  return {
    async encrypt(input, plaintext) {
      const { ciphertext } = await commands.call(input.material, 'encrypt', (key) => ({
        ...toHsmInput(input, key),
        plaintext,
      }));
      return ciphertext;
    },
    async decrypt(input, ciphertext) {
      const { plaintext } = await commands.call(input.material, 'decrypt', (key) => ({
        ...toHsmInput(input, key),
        ciphertext,
        ...forRecipient(input),
      }));
      return plaintext;
    },
    async reencrypt(from, to) {
      const { ciphertext } = from;
      const commandInput = (fromKey: string, toKey: string): CommandInput<'reencrypt'> => ({
        from: { ...toHsmInput(from, fromKey), ciphertext },
        to: toHsmInput(to, toKey),
      });
      return (await commands.callWithBoth(from.material, to.material, 'reencrypt', commandInput))
        .ciphertext;
    },
    encryptRandom: ({ material, aad }, length, options) =>
      commands.call(material, 'encryptRandom', (key) => ({
        key,
        length,
        aad,
        reveal: options.reveal,
        ...forRecipient(options),
      })),
    encryptRandomPair: ({ material, aad }, kind, options) =>
      commands.call(material, 'encryptRandomPair', (key) => ({
        key,
        kind,
        aad,
        reveal: options.reveal,
        ...forRecipient(options),
      })),
  };
}

function signing(
  commands: MaterialCommands,
): Pick<KeyStore, 'sign' | 'verify' | 'mac' | 'verifyMac'> {
  return {
    async sign(material, input) {
      const { signature } = await commands.call(material, 'sign', (key) => signInput(input, key));
      return signature;
    },
    async verify(material, input, signature) {
      const { valid } = await commands.call(material, 'verify', (key) => ({
        ...signInput(input, key),
        signature,
      }));
      return valid;
    },
    async mac(material, algorithm, message) {
      const { hash } = macAlgorithms[algorithm];
      return (await commands.call(material, 'mac', (key) => ({ key, hash, message }))).mac;
    },
    async verifyMac(material, algorithm, message, mac) {
      const { hash } = macAlgorithms[algorithm];
      return (await commands.call(material, 'verifyMac', (key) => ({ key, hash, message, mac })))
        .valid;
    },
  };
}

function keyAgreement(
  commands: MaterialCommands,
): Pick<KeyStore, 'deriveSecret' | 'encapsulate' | 'decapsulate'> {
  return {
    async deriveSecret(material, publicKey, options) {
      const { secret } = await commands.call(material, 'deriveSecret', (key) => ({
        key,
        publicKey,
        ...forRecipient(options),
      }));
      return secret;
    },
    encapsulate: (material) => commands.call(material, 'encapsulate', (key) => ({ key })),
    async decapsulate(material, ciphertext) {
      return (await commands.call(material, 'decapsulate', (key) => ({ key, ciphertext }))).secret;
    },
  };
}

function toHsmInput({ aad, algorithm }: EncryptionInput, key: string): HsmEncryptionInput {
  const mechanism = encryptionMechanism(algorithm);
  return mechanism === undefined ? { key, aad } : { key, aad, mechanism };
}

function signInput(
  { algorithm, messageType, message }: SigningInput,
  key: string,
): CommandInput<'sign'> {
  return {
    key,
    mechanism: signatureMechanism(algorithm),
    form: signedData[messageType],
    data: message,
  };
}

function forRecipient(options: RecipientOptions | undefined): ForRecipient {
  return options?.recipient === undefined ? {} : { recipient: options.recipient };
}
