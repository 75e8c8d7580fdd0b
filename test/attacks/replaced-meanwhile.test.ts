/**
 * A resource is replaced under its name between the authorization of a call and the call's
 * transaction. For every operation that changes what its input names, on a real store: the call
 * fails, and the new resource stays as it is.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SecretText, silentLogger, systemClock } from '../../src/base/index.ts';
import { open, randomBytes, seal } from '../../src/crypto/index.ts';
import { isKmsError, type Principal } from '../../src/domain/index.ts';
import { openIdentity, type Seal } from '../../src/identity/index.ts';
import {
  awsQuotas,
  createPerform,
  defaultRates,
  openGrantCache,
  openKeyCache,
  registry,
  RequestLimits,
  type Perform,
  type Services,
} from '../../src/operations/index.ts';
import { compilePolicy, defaultKeyPolicy, parsePolicy } from '../../src/policy/index.ts';
import {
  openSqliteStore,
  type Reader,
  type Store,
  type TableName,
  type Tables,
  type Transaction,
} from '../../src/storage/index.ts';
import { layouts } from '../../src/storage/tables.ts';
import {
  ACCOUNT,
  inputFor,
  operations,
  OTHER,
  type NamingOperation,
  type Subject,
} from '../support/named-inputs.ts';
import { policy } from '../support/principals.ts';

const REGION = 'us-east-1';
const KEY_ID = `mrk-${'1'.repeat(32)}`;
const OTHER_KEY_ID = `mrk-${'2'.repeat(32)}`;
const GRANT_ID = '3'.repeat(64);
const CLUSTER_ID = 'cluster-abcdefghijk';
const BACKUP_ID = 'backup-abcdefghijk';
const ACCESS_KEY_ID = 'AKIAVICTORVICTORVICT';
const IAM = `arn:aws:iam::${ACCOUNT}:`;

const caller: Principal = {
  account: ACCOUNT,
  arn: `${IAM}user/admin`,
  userId: 'AIDAADMIN',
  accessKeyId: 'AKIAADMIN',
  userName: 'admin',
};

const document = policy({ Action: 's3:GetObject', Resource: '*' });
const trust = policy({ Action: 'sts:AssumeRole', Principal: { AWS: ACCOUNT } });
const inline = { PolicyName: 'inline', PolicyDocument: document };

const subject: Subject = {
  own: {
    user: 'victor',
    'user ARN': `${IAM}user/team/victor`,
    group: 'staff',
    role: 'clerk',
    'role ARN': `${IAM}role/team/clerk`,
    policy: `${IAM}policy/team/Limits`,
    provider: `${IAM}oidc-provider/oidc.example.com`,
    'access key': ACCESS_KEY_ID,
    account: OTHER,
    key: KEY_ID,
    alias: 'alias/Ledger',
    grant: GRANT_ID,
    cluster: CLUSTER_ID,
    backup: BACKUP_ID,
    'backup or its ARN': `arn:aws:cloudhsm:${REGION}:${ACCOUNT}:backup/${BACKUP_ID}`,
    'cluster or backup': CLUSTER_ID,
    HSM: 'hsm-abcdefghijk',
  },
  values: {
    ...inline,
    AssumeRolePolicyDocument: trust,
    ClientID: 'client',
    GranteePrincipal: caller.arn,
    NewGroupName: 'renamed',
    NewUserName: 'renamed',
    Operations: ['Encrypt'],
    PrimaryRegion: 'eu-west-1',
    ReplicaRegion: 'eu-central-1',
    SetAsDefault: true,
    ThumbprintList: ['a'.repeat(40)],
    VersionId: 'v2',
  },
};

const common = {
  account: ACCOUNT,
  path: '/team/',
  creationDate: 1,
  inlinePolicies: { inline: document },
};
const attached = { attachedPolicies: [`${IAM}policy/team/Limits`], tags: [] };
const version = (versionId: string) => ({ versionId, document, creationDate: 1 });
const certificates = { clusterCertificate: '', trustAnchor: '' };
const key = (region: string): Tables['keys'] => ({
  account: ACCOUNT,
  region,
  keyId: KEY_ID,
  description: '',
  enabled: true,
  keySpec: 'SYMMETRIC_DEFAULT',
  keyUsage: 'ENCRYPT_DECRYPT',
  origin: 'AWS_KMS',
  keyManager: 'CUSTOMER',
  creationDate: 1,
  primaryRegion: REGION,
  policy: defaultKeyPolicy(ACCOUNT),
  tags: [],
});

/** The resources that calls name. */
const rows = {
  users: { ...common, ...attached, name: 'victor', userId: 'AIDAVICTOR' },
  groups: { ...common, ...attached, name: 'staff', groupId: 'AGPASTAFF' },
  roles: {
    ...common,
    ...attached,
    name: 'clerk',
    roleId: 'AROACLERK',
    maxSessionDuration: 3600,
    trustPolicy: trust,
    trustPrincipals: {},
  },
  managedPolicies: {
    account: ACCOUNT,
    name: 'Limits',
    path: '/team/',
    creationDate: 1,
    policyId: 'ANPALIMITS',
    versions: [version('v1'), version('v2')],
    defaultVersionId: 'v1',
    lastVersion: 2,
    updateDate: 1,
    tags: [],
  },
  oidcProviders: {
    account: ACCOUNT,
    url: 'oidc.example.com',
    scheme: 'https',
    clientIds: ['client'],
    thumbprints: [],
    creationDate: 1,
    tags: [],
  },
  accounts: { account: OTHER, creationDate: 1 },
  keys: key(REGION),
  aliases: {
    account: ACCOUNT,
    region: REGION,
    name: 'alias/Ledger',
    keyId: KEY_ID,
    creationDate: 1,
    lastUpdatedDate: 1,
  },
  grants: {
    account: ACCOUNT,
    region: REGION,
    keyId: KEY_ID,
    grantId: GRANT_ID,
    creationDate: 1,
    granteeArn: caller.arn,
    retiringArn: caller.arn,
    operations: ['Encrypt'],
    issuingAccount: ACCOUNT,
  },
  clusters: {
    account: ACCOUNT,
    region: REGION,
    clusterId: CLUSTER_ID,
    hsmType: 'hsm2m.medium',
    mode: 'FIPS',
    networkType: 'IPV4',
    state: 'ACTIVE',
    vpcId: '',
    securityGroup: '',
    subnetMapping: {},
    retentionDays: 90,
    tags: [],
    creationDate: 1,
  },
  backups: {
    account: ACCOUNT,
    region: REGION,
    backupId: BACKUP_ID,
    clusterId: CLUSTER_ID,
    reason: 'demand',
    hsmType: 'hsm2m.medium',
    mode: 'FIPS',
    state: 'READY',
    ...certificates,
    creationDate: 1,
    neverExpires: false,
    retentionDays: 90,
    tags: [],
  },
} as const satisfies { [T in TableName]?: Tables[T] };
type ReplacedTable = keyof typeof rows;

/** Rows that belong to the resources, and do not change meanwhile. */
const furnishings = {
  memberships: [{ account: ACCOUNT, groupName: 'staff', userName: 'victor' }],
  accessKeys: [
    {
      accessKeyId: ACCESS_KEY_ID,
      account: ACCOUNT,
      userName: 'victor',
      sealedSecret: '',
      active: true,
      creationDate: 1,
    },
  ],
  keys: [key('eu-west-1'), { ...key(REGION), keyId: OTHER_KEY_ID }],
  // The principal that a grant names.
  users: [{ ...common, ...attached, name: 'admin', path: '/', userId: caller.userId }],
} as const satisfies { [T in TableName]?: readonly Tables[T][] };

type Replace = (row: object) => object | undefined;
const changed =
  (columns: object): Replace =>
  (row) => ({ ...row, ...columns });

/** Ways to replace resources, by table, and the errors of calls that named them. */
const replacements: Readonly<
  Record<
    string,
    {
      readonly tables: Partial<Record<ReplacedTable, Replace>>;
      readonly errors: readonly string[];
    }
  >
> = {
  'created again under its name': {
    tables: {
      users: changed({ userId: 'AIDANEW' }),
      groups: changed({ groupId: 'AGPANEW' }),
      roles: changed({ roleId: 'AROANEW' }),
      managedPolicies: changed({ policyId: 'ANPANEW' }),
      oidcProviders: changed({ creationDate: 2 }),
      accounts: changed({ creationDate: 2 }),
      keys: changed({ creationDate: 2 }),
      grants: changed({ creationDate: 2 }),
      clusters: changed({ creationDate: 2 }),
      backups: changed({ creationDate: 2 }),
    },
    errors: ['ConcurrentModification', 'ServiceUnavailableException'],
  },
  'moved to another path': {
    tables: {
      users: changed({ path: '/admins/' }),
      groups: changed({ path: '/admins/' }),
      roles: changed({ path: '/admins/' }),
      managedPolicies: changed({ path: '/admins/' }),
    },
    errors: ['ConcurrentModification'],
  },
  'freed of its boundary, or given one': {
    tables: {
      users: changed({ boundary: `${IAM}policy/team/Limits` }),
      roles: changed({ boundary: `${IAM}policy/team/Limits` }),
    },
    errors: ['ConcurrentModification'],
  },
  'pointed at another key': {
    tables: { aliases: changed({ keyId: OTHER_KEY_ID }) },
    errors: ['ServiceUnavailableException'],
  },
  deleted: {
    tables: {
      users: () => undefined,
      groups: () => undefined,
      roles: () => undefined,
      managedPolicies: () => undefined,
      oidcProviders: () => undefined,
      accounts: () => undefined,
      keys: () => undefined,
      aliases: () => undefined,
      grants: () => undefined,
      clusters: () => undefined,
      backups: () => undefined,
    },
    errors: ['NoSuchEntity', 'NotFoundException', 'CloudHsmResourceNotFoundException'],
  },
};

/** The table of the resource that each kind of name leads to, if a call changes it. */
const tableOf: Partial<Record<keyof Subject['own'], ReplacedTable>> = {
  user: 'users',
  group: 'groups',
  role: 'roles',
  policy: 'managedPolicies',
  provider: 'oidcProviders',
  account: 'accounts',
  key: 'keys',
  alias: 'aliases',
  grant: 'grants',
  backup: 'backups',
  'backup or its ARN': 'backups',
  'cluster or backup': 'clusters',
};

/** Writing operations that open no transaction here, with the reason. */
const withoutTransaction: Readonly<Record<string, string>> = {
  'cloudhsm:CopyBackupToRegion': 'the control plane acts on an ID that is never used again',
  'cloudhsm:CreateCluster': 'the control plane acts on an ID that is never used again',
  'cloudhsm:CreateHsm': 'the control plane acts on an ID that is never used again',
  'cloudhsm:DeleteBackup': 'the control plane acts on an ID that is never used again',
  'cloudhsm:DeleteCluster': 'the control plane acts on an ID that is never used again',
  'cloudhsm:DeleteHsm': 'the control plane acts on an ID that is never used again',
  'cloudhsm:InitializeCluster': 'the control plane acts on an ID that is never used again',
  'cloudhsm:ModifyBackupAttributes': 'the control plane acts on an ID that is never used again',
  'cloudhsm:ModifyCluster': 'the control plane acts on an ID that is never used again',
  'cloudhsm:RestoreBackup': 'the control plane acts on an ID that is never used again',
  'iam:DeleteLoginProfile': 'there is never such a profile',
  'keyhold:CreateBackup': 'the control plane acts on an ID that is never used again',
  'kms:CancelKeyDeletion': 'needs a key in another state; uses amendKey',
  'kms:DeleteImportedKeyMaterial': 'needs a key of another origin',
  'kms:ImportKeyMaterial': 'needs a key of another origin',
  'sts:AssumeRole': 'the session is bound to the unique ID of the authorized role',
  'sts:AssumeRoleWithWebIdentity': 'the session is bound to the unique ID of the authorized role',
};

/** Members whose resource is not changed, and is looked up in the transaction. */
const lookedUpAgain: Readonly<Record<string, string>> = {
  'iam:AddUserToGroup.UserName': 'AWS authorizes the group',
  'iam:CreateRole.PermissionsBoundary': 'a condition value',
  'iam:CreateUser.PermissionsBoundary': 'a condition value',
  'iam:PutRolePermissionsBoundary.PermissionsBoundary': 'a condition value',
  'iam:PutUserPermissionsBoundary.PermissionsBoundary': 'a condition value',
  'iam:RemoveUserFromGroup.UserName': 'AWS authorizes the group',
  'kms:RevokeGrant.GrantId': 'AWS authorizes the key',
};

/** Operations that attach or detach the policy that they name: a condition value. */
const ATTACHES = /^iam:(?:At|De)tach\w+Policy\.PolicyArn$/;

/** The operations that change a resource, and the members that name it. */
const changes = operations
  .filter(({ service, name }) => registry[service].get(name)?.effect === 'write')
  .filter(({ id }) => !Object.hasOwn(withoutTransaction, id))
  .flatMap((operation) =>
    operation.named.flatMap(([member, kind]) => {
      const path = `${operation.id}.${member}`;
      const table = tableOf[kind];
      const input = Object.hasOwn(lookedUpAgain, path) || ATTACHES.test(path);
      return table === undefined || input ? [] : [{ operation, member, table }];
    }),
  );

/** Returns the primary key of a table's resource. */
function keyOf(table: ReplacedTable): string[] {
  const columns = new Map<string, unknown>(Object.entries(rows[table]));
  return layouts[table].key.map((column) => String(columns.get(column)));
}

/** A store that replaces rows after authorization: right before the next transaction. */
interface InterruptedStore extends Store {
  interrupt(meanwhile: (transaction: Transaction) => Promise<void>): void;
}

function interrupted(store: Store): InterruptedStore {
  let next: ((transaction: Transaction) => Promise<void>) | undefined;
  return {
    interrupt: (meanwhile) => (next = meanwhile),
    read: (work) => store.read(work),
    subscribe: (listener) => store.subscribe(listener),
    close: () => store.close(),
    async transact(work) {
      const meanwhile = next;
      next = undefined;
      if (meanwhile) await store.transact(meanwhile);
      return store.transact(work);
    },
  };
}

describe('a resource that is replaced while a call on it is handled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-replaced-'));
  const plain = openSqliteStore(join(folder, 'metadata.db'));
  const store = interrupted(plain);
  const secret = randomBytes(32);
  const localSeal: Seal = {
    seal: async (text, purpose) =>
      seal(secret, Buffer.from(text.reveal()), Buffer.from(purpose)).toString('base64'),
    open: async (sealed, purpose) =>
      new SecretText(open(secret, Buffer.from(sealed, 'base64'), Buffer.from(purpose)).toString()),
  };
  const identity = openIdentity({ store: plain, clock: systemClock, seal: localSeal });
  let perform: Perform;
  before(async () => {
    await identity.bootstrap({ account: ACCOUNT });
    perform = createPerform({
      clock: systemClock,
      log: silentLogger,
      store,
      identity,
      keys: openKeyCache(store),
      grants: openGrantCache(store),
      quotas: awsQuotas,
      limits: new RequestLimits(defaultRates, systemClock),
      audit: { record: async () => {} },
      attestation: undefined,
      // The operations of this test use no other services.
    } as unknown as Services);
  });
  after(async () => {
    await identity.close();
    await plain.close();
    rmSync(folder, { recursive: true });
  });

  async function furnish(): Promise<void> {
    await plain.transact(async (transaction) => {
      const put = async (table: string, row: unknown): Promise<void> =>
        transaction.put(table as TableName, row as Tables[TableName]);
      for (const [table, all] of Object.entries(furnishings))
        for (const row of all) await put(table, row);
      for (const [table, row] of Object.entries(rows)) await put(table, row);
    });
  }

  /** Returns all rows that the calls could change. */
  function everything(reader: Reader): Promise<unknown> {
    const tables = [...Object.keys(rows), 'memberships', 'accessKeys', 'counts', 'materials'];
    // Tables have the names of rows.
    return Promise.all(tables.map((table) => reader.list(table as TableName, [])));
  }

  function call({ service, name }: NamingOperation, input: object): Promise<object> {
    return perform({
      service,
      operation: name as Parameters<Perform>[0]['operation'],
      caller,
      policies: {
        identity: [compilePolicy(parsePolicy(policy({ Action: '*', Resource: '*' }), 'identity'))],
      },
      region: REGION,
      input,
      requestId: 'request',
      sourceIp: '127.0.0.1',
      userAgent: 'test',
      secure: true,
    });
  }

  /** Calls an operation, and replaces one resource between its authorization and transaction. */
  async function attack(
    operation: NamingOperation,
    table: ReplacedTable,
    replace: Replace,
  ): Promise<unknown> {
    await furnish();
    let replaced: unknown;
    store.interrupt(async (transaction) => {
      const row = replace(rows[table]);
      if (row) await transaction.put(table, row as Tables[ReplacedTable]);
      else await transaction.delete(table, ...keyOf(table));
      replaced = await everything(transaction);
    });
    const error = await call(operation, inputFor(operation, subject)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(replaced !== undefined, `the call opened no transaction: ${String(error)}`);
    assert.deepEqual(await plain.read(everything), replaced);
    return error;
  }

  const creatable = ['users', 'groups', 'roles', 'managedPolicies', 'oidcProviders', 'accounts'];
  for (const { operation, member, table } of changes) {
    for (const [how, { tables, errors }] of Object.entries(replacements)) {
      const replace = tables[table];
      if (!replace) continue;
      it(`is not changed by ${operation.id} if its ${member} was ${how}`, async () => {
        const error = await attack(operation, table, replace);
        assert.ok(isKmsError(error), String(error));
        assert.ok(errors.includes(error.code), `${error.code}: ${error.message}`);
      });
    }

    if (!creatable.includes(table)) continue;
    it(`is not changed by ${operation.id} if its ${member} did not exist before`, async () => {
      await furnish();
      await plain.transact((transaction) => transaction.delete(table, ...keyOf(table)));
      let expected = await plain.read(everything);
      store.interrupt(async (transaction) => {
        await transaction.put(table, rows[table]);
        expected = await everything(transaction);
      });
      // Operations that are idempotent succeed, and change nothing.
      await call(operation, inputFor(operation, subject)).catch((error: unknown) => {
        assert.ok(isKmsError(error), String(error));
        assert.match(error.code, /^(?:NoSuchEntity|NotFoundException)$/, error.message);
      });
      assert.deepEqual(await plain.read(everything), expected);
    });
  }
});
