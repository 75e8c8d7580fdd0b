import type { Ask, Document, Json, Policies } from './generated-case.ts';

export interface Case {
  readonly policies: Policies;
  readonly ask: Ask;
}

/**
 * Where the other evaluator decides otherwise than AWS documents it, or says nothing. `without` takes out of a case what
 * the two differ about: a difference explains a disagreement only if they agree about what is left.
 */
interface KnownDifference {
  readonly name: string;
  readonly reason: string;
  readonly without: (one: Case) => Case;
}

function inDocuments({ policies, ask }: Case, change: (document: Document) => Document): Case {
  const { identity, key, ...limits } = policies;
  const changed = Object.fromEntries(
    Object.entries(limits).map(([name, document]) => [name, change(document)]),
  );
  return { policies: { identity: identity.map(change), ...changed, key: change(key) }, ask };
}

function inText(one: Case, from: RegExp, to: string): Case {
  return inDocuments(
    one,
    (document) => JSON.parse(JSON.stringify(document).replace(from, to)) as Document,
  );
}

/** Every key that a variable of the generator names, with some value. */
const someValue = {
  'aws:username': 'zoe',
  'aws:PrincipalTag/Team': 'none',
  'aws:ResourceTag/Team': 'none',
};

function withContext({ policies, ask }: Case, context: Ask['context']): Case {
  return { policies, ask: { ...ask, context } };
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    name: 'session policies and key policies that name the session',
    reason:
      'What a resource policy allows a session itself, a user or everyone is not limited by what a session policy leaves out ("Policy evaluation logic": session policies and resource-based policies). The other evaluator lets session policies limit all.',
    without: ({ policies: { session: _session, ...policies }, ask }) => ({ policies, ask }),
  },
  {
    name: 'variables without a value',
    reason:
      'A variable whose key the request lacks is null: nothing is equal to it or like it, so StringNotEquals and its kind match, and NotResource excepts nothing ("Policy variables with no value"). For the other evaluator it matches neither way.',
    without: (one) => withContext(one, { ...someValue, ...one.ask.context }),
  },
  {
    name: 'accounts in NotPrincipal',
    reason:
      'To name an account there does not except its users: they are to be listed beside it ("NotPrincipal", specifying NotPrincipal with Deny). The other evaluator excepts them.',
    without: (one) =>
      inDocuments(one, (document) => ({
        ...document,
        Statement: document.Statement.filter((statement: Json) => !('NotPrincipal' in statement)),
      })),
  },
  {
    name: 'ForAnyValue with IfExists',
    reason:
      'IfExists makes a condition true if the request lacks the key, whatever stands before it ("...IfExists condition operators").',
    without: (one) => inText(one, /("ForAnyValue:\w+?)IfExists"/g, '$1"'),
  },
  {
    name: 'the range of all IPv4 addresses',
    reason:
      '0.0.0.0/0 holds every IPv4 address. The other evaluator shifts by 32 bits, which in JavaScript is none, and compares them all.',
    without: (one) => inText(one, /0\.0\.0\.0\/0/g, '128.0.0.0/1'),
  },
  {
    name: 'variables in version 2008-10-17',
    reason:
      'That version has none: the text stands for itself ("Version"). The other evaluator does not look at the version.',
    without: (one) => inText(one, /2008-10-17/g, '2012-10-17'),
  },
  {
    name: 'predefined variables where there are no wildcards',
    reason:
      '${*}, ${?} and ${$} have fixed values wherever variables are ("Predefined policy variables"), also for StringEquals. The other evaluator leaves them as they are there.',
    without: (one) => inText(one, /\$\{\*\}/g, 'x'),
  },
  {
    name: 'variables that are empty',
    reason:
      'A default is for a key that the request lacks; one that is there and empty is empty. The other evaluator takes empty for absent.',
    without: (one) =>
      one.ask.context['kms:EncryptionContext:App'] === ''
        ? withContext(one, { ...one.ask.context, 'kms:EncryptionContext:App': 'x' })
        : one,
  },
];
