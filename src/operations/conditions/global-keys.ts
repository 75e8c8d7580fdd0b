import type { Tag } from '../../domain/index.ts';
import {
  member,
  tagsOf,
  tagValue,
  valueOf,
  type ConditionInputs,
  type ConditionKeyReader,
  type NamedKeyReader,
} from './condition-inputs.ts';

/** Values of `aws:PrincipalType`, by the form of the caller's ARN. */
const principalTypes: readonly [RegExp, string][] = [
  [/^arn:[a-z-]+:iam::\d{12}:root$/, 'Account'],
  [/:user\//, 'User'],
  [/:assumed-role\//, 'AssumedRole'],
  [/:federated-user\//, 'FederatedUser'],
];

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function requestTags(inputs: ConditionInputs): Tag[] | undefined {
  return tagsOf(member(inputs, 'Tags') ?? member(inputs, 'TagList'));
}

function resourceTags({ resolved }: ConditionInputs): readonly Tag[] | undefined {
  if (resolved.kind === 'key') return resolved.key.tags;
  if (resolved.kind === 'iam') return resolved.tags;
  if (resolved.kind === 'backup') return resolved.backup?.tags;
  return resolved.kind === 'cluster' ? resolved.cluster?.tags : undefined;
}

/** Reads the keys of the tags to add, or to remove. */
const tagKeys: ConditionKeyReader = (inputs) => {
  const given = requestTags(inputs)?.map(({ key }) => key);
  const taken = member(inputs, 'TagKeys') ?? member(inputs, 'TagKeyList');
  return (
    given ?? (Array.isArray(taken) ? taken.filter((key) => typeof key === 'string') : undefined)
  );
};

/**
 * The global condition keys that Keyhold supports, in lower case. No request has any of the others
 * (`aws:CalledVia`, `aws:SourceVpc`, `aws:PrincipalOrgID`, …).
 * Source: "AWS global condition context keys" in the IAM User Guide.
 */
export const globalKeys: Readonly<Record<string, ConditionKeyReader>> = {
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
  // Absent for long-term credentials. Sessions are always without multi-factor authentication.
  'aws:multifactorauthpresent': ({ request: { caller } }) => caller.session && 'false',
  'aws:sourceidentity': ({ request: { caller } }) => caller.session?.sourceIdentity,
  'aws:federatedprovider': ({ request: { caller } }) => caller.session?.federatedProvider,
  'aws:viaawsservice': () => 'false',
  'aws:principalisawsservice': () => 'false',
  'aws:resourceaccount': ({ resolved }) => resolved.scope.account,
  'aws:tagkeys': tagKeys,
};

/** Global condition keys that end in a tag's key, by prefix. */
export const globalNamedKeys: Readonly<Record<string, NamedKeyReader>> = {
  'aws:principaltag/': ({ request: { caller } }, name) => valueOf(caller.tags, name),
  'aws:resourcetag/': (inputs, name) => tagValue(resourceTags(inputs), name),
  'aws:requesttag/': (inputs, name) => tagValue(requestTags(inputs), name),
};
