import { DAY_MS } from '../../../base/index.ts';
import { keyState, type KeyRow } from '../../../domain/index.ts';
import type { Services } from '../../services.ts';
import { forEach } from '../upkeep/for-each.ts';
import { rotateKey, type Rotation } from './rotate-key.ts';

const automatic: Rotation = {
  type: 'AUTOMATIC',
  settle: (key, now) => {
    const { rotationPeriodInDays: period, nextRotationDate: due } = key;
    return period === undefined || due === undefined || due > now
      ? undefined
      : { ...key, nextRotationDate: now + period * DAY_MS };
  },
};

const onDemand: Rotation = {
  type: 'ON_DEMAND',
  settle: ({ onDemandRotationStart: start, ...key }) => (start === undefined ? undefined : key),
};

/**
 * Rotates the keys whose automatic rotation is due. A key that is disabled or pending deletion
 * waits until it is enabled again. A multi-Region primary key rotates for its family; its replicas
 * show the same dates.
 */
export async function rotateDueKeys(services: Services): Promise<void> {
  const due = await services.store.read((reader) =>
    reader.due('keys', 'byRotation', services.clock.now()),
  );
  const ready = due.filter((key) => leads(key) && keyState(key, true) === 'Enabled');
  await forEach(ready, services.log, (key) => rotateKey(services, key, automatic));
}

/** Finishes rotations on demand that are older than the settle time. */
export async function finishOnDemandRotations(
  services: Services,
  settleTime: number,
): Promise<void> {
  const until = services.clock.now() - settleTime;
  const begun = await services.store.read((reader) =>
    reader.due('keys', 'byOnDemandRotation', until),
  );
  await forEach(begun.filter(leads), services.log, (key) => rotateKey(services, key, onDemand));
}

function leads({ region, primaryRegion }: KeyRow): boolean {
  return primaryRegion === undefined || primaryRegion === region;
}
