import { whenReady } from '../../base/index.ts';
import { macHashes, signatureMechanisms, signedData, type CommandInput } from '../wire/index.ts';
import { CRYPTO_USER, usesKey, type CommandsOf } from './command.ts';
import { bytes, fields, keyHandle, oneOf } from './input.ts';

const signing = {
  key: keyHandle,
  mechanism: oneOf(...signatureMechanisms),
  form: oneOf(...signedData),
  data: bytes,
};
const macing = { key: keyHandle, hash: oneOf(...macHashes), message: bytes };

/** Signatures and MACs. */
export const signingCommands: CommandsOf<'sign' | 'verify' | 'mac' | 'verifyMac'> = {
  sign: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'asymmetric',
    input: fields<CommandInput<'sign'>>(signing),
    run: async ({ keys, engine }, session, { key, ...what }) => {
      return { signature: await engine.sign(keys.usable(key, session, 'sign').engineKey, what) };
    },
  },
  verify: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'asymmetric',
    input: fields<CommandInput<'verify'>>({ ...signing, signature: bytes }),
    run: async ({ keys, engine }, session, { key, signature, ...what }) => {
      return {
        valid: await engine.verify(
          keys.usable(key, session, 'verify', 'sign').engineKey,
          what,
          signature,
        ),
      };
    },
  },
  mac: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'symmetric',
    input: fields<CommandInput<'mac'>>(macing),
    run: ({ keys, engine }, session, { key, hash, message }) => {
      const { engineKey } = keys.usable(key, session, 'sign');
      return whenReady(engine.mac(engineKey, hash, message), (mac) => ({ mac }));
    },
  },
  verifyMac: {
    by: CRYPTO_USER,
    uses: usesKey,
    work: 'symmetric',
    input: fields<CommandInput<'verifyMac'>>({ ...macing, mac: bytes }),
    run: ({ keys, engine }, session, { key, hash, message, mac }) => {
      const { engineKey } = keys.usable(key, session, 'verify');
      return whenReady(engine.verifyMac(engineKey, hash, message, mac), (valid) => ({ valid }));
    },
  },
};
