import type { GeneratedRequest, Document, Json, Policies } from './generated-case.ts';

export interface Case {
  readonly policies: Policies;
  readonly request: GeneratedRequest;
}

/**
 * A case in which the other evaluator decides differently from what AWS documents. `without`
 * removes the differing feature from a case. A difference explains a disagreement only if both
 * evaluators agree on the remaining case.
 */
interface KnownDifference {
  readonly name: string;
  readonly reason: string;
  readonly without: (one: Case) => Case;
}

function inDocuments({ policies, request }: Case, change: (document: Document) => Document): Case {
  const { identity, key, ...limits } = policies;
  const changed = Object.fromEntries(
    Object.entries(limits).map(([name, document]) => [name, change(document)]),
  );
  return { policies: { identity: identity.map(change), ...changed, key: change(key) }, request };
}

function inText(one: Case, from: RegExp, to: string): Case {
  return inDocuments(
    one,
    (document) => JSON.parse(JSON.stringify(document).replace(from, to)) as Document,
  );
}

/** A value for every condition key that the generator uses as a policy variable. */
const someValue = {
  'aws:username': 'zoe',
  'aws:PrincipalTag/Team': 'none',
  'aws:ResourceTag/Team': 'none',
};

function withContext({ policies, request }: Case, context: GeneratedRequest['context']): Case {
  return { policies, request: { ...request, context } };
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    name: 'session policies and key policies that name the session',
    reason:
      'A session policy does not limit permissions that a resource policy gives to the session itself, to a user or to everyone ("Policy evaluation logic": session policies and resource-based policies). In the other evaluator, session policies limit all permissions.',
    without: ({ policies: { session: _session, ...policies }, request }) => ({ policies, request }),
  },
  {
    name: 'variables without a value',
    reason:
      'A variable without a value in the request is null. Nothing equals it, so StringNotEquals and similar operators match, and NotResource excludes nothing ("Policy variables with no value"). In the other evaluator neither form matches.',
    without: (one) => withContext(one, { ...someValue, ...one.request.context }),
  },
  {
    name: 'accounts in NotPrincipal',
    reason:
      'Naming an account in NotPrincipal does not exempt its users, which must be listed too ("NotPrincipal", specifying NotPrincipal with Deny). The other evaluator exempts them.',
    without: (one) =>
      inDocuments(one, (document) => ({
        ...document,
        Statement: document.Statement.filter((statement: Json) => !('NotPrincipal' in statement)),
      })),
  },
  {
    name: 'ForAnyValue with IfExists',
    reason:
      'IfExists makes a condition true if the request lacks the key, regardless of the operator ("...IfExists condition operators"). The other evaluator ignores IfExists after ForAnyValue.',
    without: (one) => inText(one, /("ForAnyValue:\w+?)IfExists"/g, '$1"'),
  },
  {
    name: 'the range of all IPv4 addresses',
    reason:
      '0.0.0.0/0 contains every IPv4 address. The other evaluator shifts by 32 bits, which JavaScript treats as 0, and so compares all bits.',
    without: (one) => inText(one, /0\.0\.0\.0\/0/g, '128.0.0.0/1'),
  },
  {
    name: 'variables in version 2008-10-17',
    reason:
      'Version 2008-10-17 has no variables: the text is literal ("Version"). The other evaluator ignores the version.',
    without: (one) => inText(one, /2008-10-17/g, '2012-10-17'),
  },
  {
    name: 'predefined variables with operators that have no wildcards',
    reason:
      '${*}, ${?} and ${$} have fixed values wherever variables are allowed ("Predefined policy variables"), also for StringEquals. The other evaluator does not replace them there.',
    without: (one) => inText(one, /\$\{\*\}/g, 'x'),
  },
  {
    name: 'variables with an empty value',
    reason:
      'A default applies only if the request lacks the key. An empty value stays empty. The other evaluator treats an empty value as absent.',
    without: (one) =>
      one.request.context['kms:EncryptionContext:App'] === ''
        ? withContext(one, { ...one.request.context, 'kms:EncryptionContext:App': 'x' })
        : one,
  },
];
