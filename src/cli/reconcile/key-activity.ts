/** An action on a KMS key that both sides can record. */
export type KeyAction = 'made' | 'used' | 'changed' | 'deleted';

/** An entry of an HSM's log about a key, or about what the HSM records. */
export interface HsmKeyActivity {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly opcode: string;
  readonly succeeded: boolean;
  /** Undefined if the HSM received the change from another HSM. */
  readonly username: string | undefined;
  readonly keyHandle: string | undefined;
  readonly detail: string | undefined;
}

/** An event of KMS's trail about a key in a custom key store. */
export interface KmsKeyActivity {
  readonly eventId: string;
  readonly eventName: string;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly time: number;
  readonly succeeded: boolean;
  readonly keyArn: string;
  readonly keyHandle: string;
  /** Cluster of the key at that time. */
  readonly clusterId: string | undefined;
}

/** An activity that only one side has recorded. The members are those of the JSON report. */
export interface Finding {
  readonly deed: KeyAction;
  readonly onlyIn: 'hsm' | 'kms';
  /** Format: ISO 8601. */
  readonly time: string;
  readonly keyHandle: string;
  readonly keyArn?: string;
  /** The HSM's opcode with its detail, or KMS's event name. */
  readonly what: string;
  /** The HSM, log entry and user, or the event ID. */
  readonly where: string;
}
