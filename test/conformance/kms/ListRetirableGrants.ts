import { ListRetirableGrantsCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { grantee } from '../harness/grants.ts';

export const ListRetirableGrants = table(
  'ListRetirableGrants',
  ListRetirableGrantsCommand,
)({
  key: 'none',
  validInput: (stage) => ({ RetiringPrincipal: grantee(stage) }),
  refuses: {
    InvalidMarkerException: {
      input: (stage) => ({ RetiringPrincipal: grantee(stage), Marker: 'nonsense' }),
    },
    InvalidArnException: {
      when: 'a principal of another account',
      input: () => ({ RetiringPrincipal: 'arn:aws:iam::444455556666:user/other' }),
    },
  },
  unreachable: { NotFoundException: 'the input names no key' },
});
