import type { Tag } from '../../domain/index.ts';
import {
  member,
  tagsOf,
  tagValue,
  valueOf,
  type Facts,
  type Read,
  type ReadNamed,
} from './condition-inputs.ts';

/** `aws:PrincipalType`, by what kind of ARN the caller has. */
const principalTypes: readonly [RegExp, string][] = [
  [/^arn:[a-z-]+:iam::\d{12}:root$/, 'Account'],
  [/:user\//, 'User'],
  [/:assumed-role\//, 'AssumedRole'],
  [/:federated-user\//, 'FederatedUser'],
];

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function requestTags(facts: Facts): Tag[] | undefined {
  return tagsOf(member(facts, 'Tags') ?? member(facts, 'TagList'));
}

function resourceTags({ found }: Facts): readonly Tag[] | undefined {
  if (found.kind === 'key') return found.key.tags;
  if (found.kind === 'iam') return found.tags;
  if (found.kind === 'backup') return found.backup?.tags;
  return found.kind === 'cluster' ? found.cluster?.tags : undefined;
}

/** The tags given, or the keys of those to be taken off. */
const tagKeys: Read = (facts) => {
  const given = requestTags(facts)?.map(({ key }) => key);
  const taken = member(facts, 'TagKeys') ?? member(facts, 'TagKeyList');
  return (
    given ?? (Array.isArray(taken) ? taken.filter((key) => typeof key === 'string') : undefined)
  );
};

/**
 * The global condition keys that can be known here, in lower case. Of the others (`aws:CalledVia`, `aws:SourceVpc`,
 * `aws:PrincipalOrgID` …) no request has any.
 * Source: "AWS global condition context keys" in the IAM User Guide.
 */
export const globalKeys: Readonly<Record<string, Read>> = {
  'aws:principalarn': ({ request: { caller } }) => caller.session?.roleArn ?? caller.arn,
  'aws:principalaccount': ({ request: { caller } }) => caller.account,
  'aws:principaltype': ({ request: { caller } }) =>
    principalTypes.find(([pattern]) => pattern.test(caller.arn))?.[1],
  'aws:userid': ({ request: { caller } }) => caller.userId,
  'aws:username': ({ request: { caller } }) => caller.userName,
  'aws:sourceip': ({ request: { sourceIp } }) => sourceIp,
  'aws:useragent': ({ request: { userAgent } }) => userAgent,
  'aws:securetransport': ({ request: { secure } }) => String(secure),
  'aws:requestedregion': ({ request: { region } }) => region,
  'aws:currenttime': ({ now }) => iso(now),
  'aws:epochtime': ({ now }) => String(Math.floor(now / 1_000)),
  'aws:tokenissuetime': ({ request: { caller } }) => caller.session && iso(caller.session.issuedAt),
  // Long-term credentials don't say; there is no multi-factor authentication yet that sessions could be made with.
  'aws:multifactorauthpresent': ({ request: { caller } }) => caller.session && 'false',
  'aws:sourceidentity': ({ request: { caller } }) => caller.session?.sourceIdentity,
  'aws:federatedprovider': ({ request: { caller } }) => caller.session?.federatedProvider,
  'aws:viaawsservice': () => 'false',
  'aws:principalisawsservice': () => 'false',
  'aws:resourceaccount': ({ found }) => found.scope.account,
  'aws:tagkeys': tagKeys,
};

/** Condition keys that end in a tag's key, by how they begin. */
export const globalNamedKeys: Readonly<Record<string, ReadNamed>> = {
  'aws:principaltag/': ({ request: { caller } }, name) => valueOf(caller.tags, name),
  'aws:resourcetag/': (facts, name) => tagValue(resourceTags(facts), name),
  'aws:requesttag/': (facts, name) => tagValue(requestTags(facts), name),
};
