import { KmsError } from '../../domain/index.ts';

const GRANT_ID = /^[0-9a-f]{64}$/;

/** @throws KmsError InvalidGrantIdException if the text does not have the form of a grant ID */
export function requireGrantId(grantId: string): void {
  if (!GRANT_ID.test(grantId))
    throw new KmsError('InvalidGrantIdException', `Invalid grantId '${grantId}'`);
}
