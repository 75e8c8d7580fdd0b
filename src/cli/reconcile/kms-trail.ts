import type { KmsKeyActivity } from './key-activity.ts';

/** An event of the trail as JSON, with its sequence number. */
export interface TrailLine {
  readonly sequence: number;
  readonly event: string;
}

export interface KmsTrail {
  readonly entries: readonly KmsKeyActivity[];
  /** Start of the complete part, in milliseconds since the epoch. 0 if the whole trail is there. */
  readonly since: number;
}

interface TrailEvent {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventTime: string;
  readonly errorCode?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  readonly resources?: readonly { readonly ARN: string }[];
}

interface BackingKey {
  readonly keyHandle?: string;
}

/** Reads the events of KMS's trail about keys in custom key stores. */
export async function readKmsTrail(lines: AsyncIterable<TrailLine>): Promise<KmsTrail> {
  const reader = new TrailReader();
  for await (const { sequence, event } of lines)
    reader.take(sequence, JSON.parse(event) as TrailEvent);
  return reader;
}

class TrailReader implements KmsTrail {
  readonly entries: KmsKeyActivity[] = [];
  since = 0;
  #first = true;
  /** Clusters by key store, as of the current event. */
  readonly #clusters = new Map<string, string>();
  /** Stores and handles by key ARN, as of the current event. */
  readonly #keys = new Map<string, { readonly store: string; readonly keyHandle: string }>();

  take(sequence: number, event: TrailEvent): void {
    if (this.#first && sequence > 1) this.since = Date.parse(event.eventTime);
    this.#first = false;
    if (event.errorCode === undefined) this.#learn(event);
    for (const { ARN: keyArn } of event.resources ?? []) {
      const key = this.#keys.get(keyArn);
      if (key)
        this.#add(event, {
          keyArn,
          keyHandle: key.keyHandle,
          clusterId: this.#clusters.get(key.store),
        });
    }
  }

  /** Records the cluster of a key store, or the handle of a new key. */
  #learn({
    eventName,
    requestParameters,
    responseElements,
    additionalEventData,
    resources,
  }: TrailEvent): void {
    const store =
      text(responseElements, 'customKeyStoreId') ?? text(requestParameters, 'customKeyStoreId');
    const cluster = text(requestParameters, 'cloudHsmClusterId');
    if (store !== undefined && cluster !== undefined) this.#clusters.set(store, cluster);
    const keyHandle = handleOf(text(additionalEventData, 'backingKey'));
    const keyArn = resources?.[0]?.ARN;
    if (
      eventName === 'CreateKey' &&
      store !== undefined &&
      keyHandle !== undefined &&
      keyArn !== undefined
    ) {
      this.#keys.set(keyArn, { store, keyHandle });
    }
  }

  #add(event: TrailEvent, about: Pick<KmsKeyActivity, 'keyArn' | 'keyHandle' | 'clusterId'>): void {
    const { eventID: eventId, eventName, eventTime, errorCode } = event;
    const failed =
      errorCode !== undefined ||
      text(event.additionalEventData, 'backingKeysDeletionStatus')?.includes('FAILURE') === true;
    this.entries.push({
      eventId,
      eventName,
      time: Date.parse(eventTime),
      succeeded: !failed,
      ...about,
    });
  }
}

function text(
  members: Readonly<Record<string, unknown>> | null | undefined,
  name: string,
): string | undefined {
  const member = members?.[name];
  return typeof member === 'string' ? member : undefined;
}

function handleOf(backingKey: string | undefined): string | undefined {
  return backingKey === undefined ? undefined : (JSON.parse(backingKey) as BackingKey).keyHandle;
}
