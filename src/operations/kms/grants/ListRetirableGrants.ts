import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { listPage } from '../../pagination.ts';
import { grantEntry, grantKey } from './grant-entry.ts';

const DEFAULT_LIMIT = 50;

/**
 * Lists the grants that a principal of the caller's account can retire, regardless of who owns the
 * keys.
 */
export const ListRetirableGrants = defineOperation('kms', 'ListRetirableGrants', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle(
    { store },
    { Limit = DEFAULT_LIMIT, Marker, RetiringPrincipal },
    { service: { scope } },
  ) {
    if (RetiringPrincipal === undefined)
      throw new KmsError('ValidationException', 'RetiringPrincipal is required.');
    if (RetiringPrincipal.split(':')[4] !== scope.account) {
      throw new KmsError(
        'InvalidArnException',
        `ARN does not refer to a principal of your account: ${RetiringPrincipal}`,
      );
    }
    const { rows, more } = await listPage(
      Limit,
      Marker,
      (page) =>
        store.read((reader) =>
          reader.find('grants', 'byRetiring', [scope.region, RetiringPrincipal], page),
        ),
      grantKey,
    );
    return { Grants: rows.map(grantEntry), ...more };
  },
});
