import { keyStoreError } from './hsm-errors.ts';
import { macAlgorithms } from '../../domain/index.ts';
import type { ClusterClient } from '../../hsm/client/index.ts';
import type { Cipher as HsmCipher, CommandInput, ForRecipient } from '../../hsm/wire/index.ts';
import type { Cipher, KeyStore, Recipient, Signing } from '../contract.ts';
import { Handles, type MaterialPlacement } from './material-commands.ts';
import { encryptionMechanism, signatureMechanism, signedData } from './mechanisms.ts';
import { importMaterial } from './import-material.ts';

/** A key store over a cluster of HSMs; `cluster` answers undefined while there is no connection to it. */
export function hsmKeyStore(
  placement: MaterialPlacement,
  cluster: () => ClusterClient | undefined,
): KeyStore {
  const handles = new Handles(placement, cluster);

  return {
    createMaterial: (request) => handles.guarded((client) => placement.create(client, request)),
    importMaterial: (wrappingPair, foreign) => importMaterial(handles, wrappingPair, foreign),
    async destroyMaterial(material) {
      try {
        await placement.destroy(handles.connected(), material);
        return true;
      } catch (error) {
        // Gone already: destroyed by a Keyhold that was killed before it could say so.
        return keyStoreError(error).failure === 'material-missing';
      }
    },
    ...encryption(handles),
    ...signing(handles),
    ...agreement(handles),
    async random(length, wish) {
      return (
        await handles.guarded((client) => client.call('random', { length, ...forRecipient(wish) }))
      ).bytes;
    },
  };
}

type Encryption = Pick<
  KeyStore,
  'encrypt' | 'decrypt' | 'reencrypt' | 'encryptRandom' | 'encryptRandomPair'
>;

function encryption(handles: Handles): Encryption {
  return {
    async encrypt(cipher, plaintext) {
      return (
        await handles.using(cipher.material, 'encrypt', (key) => ({
          ...hsmCipher(cipher, key),
          plaintext,
        }))
      ).ciphertext;
    },
    async decrypt(cipher, ciphertext) {
      const input = (key: string): CommandInput<'decrypt'> => ({
        ...hsmCipher(cipher, key),
        ciphertext,
        ...forRecipient(cipher),
      });
      return (await handles.using(cipher.material, 'decrypt', input)).plaintext;
    },
    async reencrypt(from, to) {
      const { ciphertext } = from;
      const input = (fromKey: string, toKey: string): CommandInput<'reencrypt'> => ({
        from: { ...hsmCipher(from, fromKey), ciphertext },
        to: hsmCipher(to, toKey),
      });
      return (await handles.usingBoth(from.material, to.material, 'reencrypt', input)).ciphertext;
    },
    encryptRandom: ({ material, aad }, length, wish) =>
      handles.using(material, 'encryptRandom', (key) => ({
        key,
        length,
        aad,
        reveal: wish.reveal,
        ...forRecipient(wish),
      })),
    encryptRandomPair: ({ material, aad }, kind, wish) =>
      handles.using(material, 'encryptRandomPair', (key) => ({
        key,
        kind,
        aad,
        reveal: wish.reveal,
        ...forRecipient(wish),
      })),
  };
}

function signing(handles: Handles): Pick<KeyStore, 'sign' | 'verify' | 'mac' | 'verifyMac'> {
  return {
    async sign(material, what) {
      return (await handles.using(material, 'sign', (key) => hsmSigning(what, key))).signature;
    },
    async verify(material, what, signature) {
      return (
        await handles.using(material, 'verify', (key) => ({ ...hsmSigning(what, key), signature }))
      ).valid;
    },
    async mac(material, algorithm, message) {
      const { hash } = macAlgorithms[algorithm];
      return (await handles.using(material, 'mac', (key) => ({ key, hash, message }))).mac;
    },
    async verifyMac(material, algorithm, message, mac) {
      const { hash } = macAlgorithms[algorithm];
      return (await handles.using(material, 'verifyMac', (key) => ({ key, hash, message, mac })))
        .valid;
    },
  };
}

function agreement(
  handles: Handles,
): Pick<KeyStore, 'deriveSecret' | 'encapsulate' | 'decapsulate'> {
  return {
    async deriveSecret(material, publicKey, wish) {
      return (
        await handles.using(material, 'deriveSecret', (key) => ({
          key,
          publicKey,
          ...forRecipient(wish),
        }))
      ).secret;
    },
    encapsulate: (material) => handles.using(material, 'encapsulate', (key) => ({ key })),
    async decapsulate(material, ciphertext) {
      return (await handles.using(material, 'decapsulate', (key) => ({ key, ciphertext }))).secret;
    },
  };
}

function hsmCipher({ aad, algorithm }: Cipher, key: string): HsmCipher {
  const mechanism = encryptionMechanism(algorithm);
  return mechanism === undefined ? { key, aad } : { key, aad, mechanism };
}

function hsmSigning(
  { algorithm, messageType, message }: Signing,
  key: string,
): CommandInput<'sign'> {
  return {
    key,
    mechanism: signatureMechanism(algorithm),
    form: signedData[messageType],
    data: message,
  };
}

function forRecipient(wish: Recipient | undefined): ForRecipient {
  return wish?.recipient === undefined ? {} : { recipient: wish.recipient };
}
