import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { defaultKeyPolicy, MAX_POLICY_BYTES, parsePolicy, PolicyError } from './index.ts';

const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
const policyWith = (more: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, ...more } });

describe('parsePolicy', () => {
  it('parses the default key policy', () => {
    assert.deepEqual(parsePolicy(defaultKeyPolicy('111122223333')), {
      kind: 'key',
      version: '2012-10-17',
      id: 'key-default-1',
      statements: [
        {
          sid: 'Enable IAM User Permissions',
          effect: 'Allow',
          principals: { negated: false, of: [{ kind: 'account', account: '111122223333' }] },
          actions: { negated: false, of: ['kms:*'] },
          resources: { negated: false, of: ['*'] },
          conditions: [],
        },
      ],
    });
  });

  it('accepts one statement or many, one action or many', () => {
    const policy = parsePolicy(
      JSON.stringify({
        Statement: [statement, { ...statement, Action: ['kms:Encrypt', 'kms:Decrypt'] }],
      }),
    );
    assert.deepEqual(
      policy.statements.map(({ actions }) => actions?.of),
      [['kms:*'], ['kms:Encrypt', 'kms:Decrypt']],
    );
    assert.equal(policy.version, '2008-10-17');
  });

  it('parses every form of principal', () => {
    const AWS = [
      '*',
      '111122223333',
      'arn:aws:iam::111122223333:root',
      'arn:aws:iam::111122223333:user/team/ana',
      'arn:aws:iam::111122223333:role/team/Admin',
      'arn:aws:sts::111122223333:assumed-role/Admin/session@x',
      'AIDACKCEVSQ6C2EXAMPLE',
    ];
    const { statements } = parsePolicy(
      policyWith({ Principal: { AWS, Service: 'logs.us-east-1.amazonaws.com' } }),
    );
    assert.deepEqual(
      statements[0]?.principals?.of.map(({ kind }) => kind),
      ['anyone', 'account', 'account', 'arn', 'role', 'arn', 'unique-id', 'service'],
    );
  });

  it('keeps statements without Action or Resource, and gives them no effect', () => {
    const { statements } = parsePolicy(
      JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*' } }),
    );
    assert.deepEqual([statements[0]?.actions, statements[0]?.resources], [undefined, undefined]);
  });

  const rejected: readonly [string, string, RegExp][] = [
    ['what is not JSON', '{', /invalid Json/],
    ['a list', '[]', /JSON object/],
    ['null', 'null', /JSON object/],
    [
      'an unknown Version',
      JSON.stringify({ Version: '2020-01-01', Statement: statement }),
      /valid version string/,
    ],
    ['no Statement', '{}', /required field Statement/],
    ['an unknown element', JSON.stringify({ Statement: statement, Extra: 1 }), /Syntax errors/],
    ['an unknown element of a statement', policyWith({ Actions: 'kms:*' }), /Syntax errors/],
    [
      '__proto__',
      '{"Statement":{"Effect":"Allow","Principal":"*","__proto__":{}}}',
      /Syntax errors/,
    ],
    ['a Condition that is no object', policyWith({ Condition: [] }), /Condition must be/],
    [
      'an unknown condition operator',
      policyWith({ Condition: { StringEqualz: { 'aws:username': 'ana' } } }),
      /Invalid Condition type : StringEqualz\./,
    ],
    [
      'NullIfExists',
      policyWith({ Condition: { NullIfExists: { 'aws:username': 'true' } } }),
      /Invalid Condition type/,
    ],
    [
      'a condition key without a vendor',
      policyWith({ Condition: { StringEquals: { username: 'ana' } } }),
      /prefaced by a vendor/,
    ],
    [
      'a condition value that is an object',
      policyWith({ Condition: { StringEquals: { 'aws:username': {} } } }),
      /Each value of a Condition/,
    ],
    [
      'ForAllValues of a single-valued key in an Allow',
      policyWith({
        Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:App': 'x' } },
      }),
      /^OverlyPermissiveCondition:/,
    ],
    [
      'both Principal and NotPrincipal',
      policyWith({ NotPrincipal: '*' }),
      /both Principal and NotPrincipal/,
    ],
    ['both Action and NotAction', policyWith({ NotAction: 'kms:*' }), /both Action and NotAction/],
    [
      'both Resource and NotResource',
      policyWith({ NotResource: '*' }),
      /both Resource and NotResource/,
    ],
    [
      'two statements with one Sid',
      JSON.stringify({
        Statement: [
          { ...statement, Sid: 'a' },
          { ...statement, Sid: 'a' },
        ],
      }),
      /must be unique/,
    ],
    ['a wrong Effect', policyWith({ Effect: 'allow' }), /Effect must be/],
    ['no Principal in a key policy', policyWith({ Principal: undefined }), /must have a Principal/],
    [
      'a bare ARN as Principal',
      policyWith({ Principal: 'arn:aws:iam::111122223333:root' }),
      /Principal must be/,
    ],
    [
      'an unknown type of principal',
      policyWith({ Principal: { CanonicalUser: 'x' } }),
      /must be of type/,
    ],
    ['an empty Principal', policyWith({ Principal: {} }), /must not be empty/],
    ['an empty list of principals', policyWith({ Principal: { AWS: [] } }), /must not be empty/],
    [
      'wildcards in a principal',
      policyWith({ Principal: { AWS: 'arn:aws:iam::111122223333:user/*' } }),
      /invalid principals/,
    ],
    [
      'a group as principal',
      policyWith({ Principal: { AWS: 'arn:aws:iam::111122223333:group/admins' } }),
      /invalid principals/,
    ],
    [
      'a principal that is a number',
      policyWith({ Principal: { AWS: 111122223333 } }),
      /must be a string/,
    ],
    ['an action without a service', policyWith({ Action: 'Encrypt' }), /prefaced by a vendor/],
    ['an action that is no string', policyWith({ Action: [1] }), /Action must be/],
    [
      'a resource that is not an ARN',
      policyWith({ Resource: 'key/x' }),
      /^Resource key\/x must be in ARN format/,
    ],
    [
      'a long text with a question mark',
      policyWith({ Resource: `arn:aws:kms:::${'?'.repeat(1_024)}` }),
      /question mark/,
    ],
    ['too many bytes', policyWith({ Sid: 'ä'.repeat(MAX_POLICY_BYTES / 2) }), /must not exceed/],
  ];
  for (const [what, text, reason] of rejected) {
    it(`rejects ${what} and gives the reason`, () => {
      assert.throws(
        () => parsePolicy(text),
        (error) => error instanceof PolicyError && reason.test(error.message),
      );
    });
  }

  const rejectedByKind: readonly [string, 'identity' | 'trust', string, RegExp][] = [
    [
      'a Principal in an identity policy',
      'identity',
      policyWith({}),
      /should not specify a principal/,
    ],
    [
      'no Action in an identity policy',
      'identity',
      policyWith({ Principal: undefined, Action: undefined }),
      /must contain actions/,
    ],
    [
      'no Resource in an identity policy',
      'identity',
      policyWith({ Principal: undefined, Resource: undefined }),
      /must contain resources/,
    ],
    [
      'a Sid with spaces in an identity policy',
      'identity',
      policyWith({ Principal: undefined, Sid: 'a b' }),
      /alpha-numeric/,
    ],
    [
      'a Resource in a trust policy',
      'trust',
      policyWith({ Action: 'sts:AssumeRole' }),
      /prohibited field Resource/,
    ],
    [
      'no Principal in a trust policy',
      'trust',
      policyWith({ Principal: undefined, Resource: undefined }),
      /required field Principal/,
    ],
  ];
  for (const [what, kind, text, reason] of rejectedByKind) {
    it(`rejects ${what} and gives the reason`, () => {
      assert.throws(
        () => parsePolicy(text, kind),
        (error) => error instanceof PolicyError && reason.test(error.message),
      );
    });
  }

  it('keeps negations and conditions as written', () => {
    const condition = {
      StringLike: { 'aws:PrincipalTag/Team': ['a*', 'b'] },
      Bool: { 'aws:SecureTransport': true },
    };
    const { statements } = parsePolicy(
      JSON.stringify({
        Statement: {
          Effect: 'Deny',
          NotPrincipal: '*',
          NotAction: 'kms:*',
          NotResource: '*',
          Condition: condition,
        },
      }),
    );
    assert.deepEqual(statements, [
      {
        effect: 'Deny',
        principals: { negated: true, of: [{ kind: 'anyone' }] },
        actions: { negated: true, of: ['kms:*'] },
        resources: { negated: true, of: ['*'] },
        conditions: [
          { operator: 'StringLike', key: 'aws:PrincipalTag/Team', values: ['a*', 'b'] },
          { operator: 'Bool', key: 'aws:SecureTransport', values: ['true'] },
        ],
      },
    ]);
  });

  // In the manner of the KMS Developer Guide's examples.
  const common: Readonly<Record<string, object>> = {
    'the use of a key by a service': {
      Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      Action: [
        'kms:Encrypt*',
        'kms:Decrypt*',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:Describe*',
      ],
      Condition: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:us-east-1:111122223333:*' },
      },
    },
    'the use of a key through a service': {
      Principal: { AWS: '*' },
      Action: 'kms:Decrypt',
      Condition: {
        StringEquals: {
          'kms:ViaService': ['s3.us-east-1.amazonaws.com'],
          'kms:CallerAccount': '111122223333',
        },
      },
    },
    'grants for services': {
      Principal: {
        AWS: [
          'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
        ],
      },
      Action: ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
      Condition: { Bool: { 'kms:GrantIsForAWSResource': true } },
    },
    'tags of principals': {
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'kms:*',
      Condition: {
        StringEquals: { 'aws:ResourceTag/Project': '${aws:PrincipalTag/Project}' },
        Null: { 'aws:PrincipalTag/Project': 'false' },
      },
    },
    networks: {
      Effect: 'Deny',
      NotPrincipal: {
        AWS: [
          'arn:aws:iam::111122223333:root',
          'arn:aws:sts::111122223333:assumed-role/Admin/ana@example.com',
        ],
      },
      Action: '*',
      Condition: {
        NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:db8::/32'] },
        Bool: { 'aws:ViaAWSService': 'false' },
      },
    },
    'several operators and days': {
      Principal: '*',
      NotAction: ['kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy'],
      Condition: {
        'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/test*' },
        DateGreaterThanIfExists: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' },
        NumericLessThanEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': 7 },
      },
    },
  };
  for (const [what, more] of Object.entries(common)) {
    it(`parses statements about ${what}`, () => {
      const { Effect, Resource } = statement;
      const text = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'As people write them', Effect, Resource, ...more }],
      });
      assert.equal(parsePolicy(text).statements.length, 1);
    });
  }

  it('accepts ForAllValues of a single-valued key in a Deny', () => {
    const text = policyWith({
      Effect: 'Deny',
      Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:App': 'x' } },
    });
    assert.equal(parsePolicy(text).statements.length, 1);
  });

  it('throws nothing but PolicyError, whatever JSON it is given', () => {
    const words =
      'Version Statement Effect Principal NotPrincipal Action NotAction Resource Condition AWS Allow 2012-10-17 * StringLike';
    const element = fc.constantFrom(
      ...words.split(' '),
      'ForAllValues:Null',
      'aws:username',
      '${aws:username}',
    );
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.dictionary(element, fc.oneof(element, fc.jsonValue({ maxDepth: 2 }))),
        (text, object) => {
          for (const given of [
            text,
            JSON.stringify(object),
            JSON.stringify({ Statement: object }),
          ]) {
            try {
              parsePolicy(given);
            } catch (error) {
              assert.ok(error instanceof PolicyError);
            }
          }
        },
      ),
    );
  });
});
