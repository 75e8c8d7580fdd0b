/** What both sides can know of: a key of KMS's is made, used, changed or deleted. */
export type KeyAction = 'made' | 'used' | 'changed' | 'deleted';

/** One entry of an HSM's log, as far as it is about a key or about what is recorded. */
export interface HsmKeyActivity {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly opcode: string;
  readonly succeeded: boolean;
  /** Undefined where the HSM learned of it from another. */
  readonly username: string | undefined;
  readonly keyHandle: string | undefined;
  readonly detail: string | undefined;
}

/** One event of KMS's trail about a key in a custom key store. */
export interface KmsKeyActivity {
  readonly eventId: string;
  readonly eventName: string;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly time: number;
  readonly succeeded: boolean;
  readonly keyArn: string;
  readonly keyHandle: string;
  /** What the key's cluster was at that time. */
  readonly clusterId: string | undefined;
}

/** What one side has and the other has not. */
export interface Finding {
  readonly deed: KeyAction;
  readonly onlyIn: 'hsm' | 'kms';
  /** ISO 8601. */
  readonly time: string;
  readonly keyHandle: string;
  readonly keyArn?: string;
  /** The HSM's opcode and its detail, or KMS's event name. */
  readonly what: string;
  /** Which HSM's log and whose session, or which event. */
  readonly where: string;
}
