/** Test fixture: users who sign quorum tokens, over the protocol of the HSMs. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { HsmConnection } from '../../../src/hsm/client/index.ts';
import {
  operationText,
  type Approval,
  type CommandInput,
  type CommandName,
  type QuorumService,
} from '../../../src/hsm/wire/index.ts';

export class Approvers {
  readonly #keys = new Map<string, KeyObject>();

  /** Returns the input that registers a new key of the user who is logged in. */
  async registration(
    user: HsmConnection,
    username: string,
  ): Promise<CommandInput<'registerQuorumKey'>> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { approvalData } = await user.call('generateQuorumToken', { service: 'registration' });
    this.#keys.set(username, privateKey);
    return {
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
      approvalData,
      signature: sign('sha256', approvalData, privateKey),
    };
  }

  async register(user: HsmConnection, username: string): Promise<void> {
    await user.call('registerQuorumKey', await this.registration(user, username));
  }

  sign(approvalData: Uint8Array, usernames: readonly string[]): Approval {
    return {
      approvalData,
      signatures: usernames.map((username) => ({
        username,
        signature: sign('sha256', approvalData, this.#keys.get(username) ?? ''),
      })),
    };
  }

  /** Returns an approval for any command of a service. */
  async approval(
    user: HsmConnection,
    service: QuorumService,
    usernames: readonly string[],
  ): Promise<Approval> {
    const { approvalData } = await user.call('generateQuorumToken', { service });
    return this.sign(approvalData, usernames);
  }

  /** Returns an approval for one command with its arguments. */
  async approvalOf<C extends CommandName>(
    user: HsmConnection,
    service: QuorumService,
    [command, input]: readonly [C, CommandInput<C>],
    usernames: readonly string[],
  ): Promise<Approval> {
    const operation = createHash('sha256').update(operationText(command, input)).digest();
    const { approvalData } = await user.call('generateQuorumToken', { service, operation });
    return this.sign(approvalData, usernames);
  }
}
