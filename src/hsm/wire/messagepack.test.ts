/**
 * Pins the bytes of everything that Keyhold encodes as MessagePack: files on disk, frames, and
 * contents of seals. They come from an earlier build, so that a change of codec or options cannot
 * make old files unreadable.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  array,
  assert as always,
  constantFrom,
  dictionary,
  double,
  integer,
  letrec,
  nat,
  oneof,
  property,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import {
  deriveKey,
  exportPrivateKey,
  issueCertificate,
  makeKeyPair,
  open,
  openBox,
  seal,
  secretKey,
} from '../../crypto/index.ts';
import { authority } from '../../../test/support/hsm/certificates-world.ts';
import { packContents, unpackContents } from '../backup/contents.ts';
import { exportClone, genuineHardwareKey, HsmIdentity } from '../identity/index.ts';
import { RecordSeal } from '../replication/record-seal.ts';
import { openDatabase } from '../storage/index.ts';
import { encodeFrame, FrameReader } from './framing.ts';
import { EncodingError, packFrame, packValue, unpackFrame, unpackValue } from './messagepack.ts';

const key = secretKey(Buffer.alloc(32, 1));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bin = (text: string): Buffer => Buffer.from(text, 'hex');

const requestFrame = {
  id: 7,
  op: 'encrypt',
  in: { key: '00112233aabbccdd', aad: Buffer.alloc(0), plaintext: bin('00ff') },
};
const replyFrame = {
  id: 300,
  out: {
    label: 'naïve “key”',
    none: null,
    flags: [true, false],
    numbers: [0, -1, 127, 128, 70_000, -40_000, 1_700_000_000_000, 0.5],
    nested: { empty: {}, list: [] },
  },
};
const identity = {
  hsmId: 'hsm-aaaaaaaaaaa',
  clusterId: 'cluster-aaaaaaaaaaa',
  mode: 'FIPS',
  serialNumber: 'KH0011',
  hardwareKey: 'pem',
  synchronized: true,
  backupKeys: [bin('01'), bin('02')],
} as const;
const recordContent = {
  version: [3, 'hsm-a.00'],
  deleted: false,
  body: { owner: 'alice', fixed: { token: true }, material: bin('0102') },
};
const record = {
  kind: 'user',
  id: 'alice',
  version: [4, 'hsm-a.00'],
  deleted: false,
  body: { role: 'crypto-user', password: 'hash' },
} as const;
const clusterSecrets = {
  clusterId: 'cluster-aaaaaaaaaaa',
  clusterKey: 'key pem',
  maskingKey: bin('0304'),
  clusterCertificate: 'certificate pem',
  trustAnchor: 'anchor pem',
};
const backup = {
  facts: {
    clusterKey: 'key pem',
    maskingKey: bin('0304'),
    clusterCertificate: 'certificate pem',
    trustAnchor: 'anchor pem',
  },
  records: [record, { ...record, deleted: true, body: null }],
};

const bytes = {
  requestFrame:
    '0000003d83a2696407a26f70a7656e6372797074a2696e83a36b6579b030303131323233336161626263636464a3616164c400a9706c61696e74657874c40200ff',
  replyFrame:
    '0000007182a26964cd012ca36f757485a56c6162656cb06e61c3af766520e2809c6b6579e2809da46e6f6e65c0a5666c61677392c3c2a76e756d626572739800ff7fcc80ce00011170d2ffff63c0cb4278bcfe56800000cb3fe0000000000000a66e657374656482a5656d70747980a46c69737490',
  identity:
    'de0007a568736d4964af68736d2d6161616161616161616161a9636c75737465724964b3636c75737465722d6161616161616161616161a46d6f6465a446495053ac73657269616c4e756d626572a64b4830303131ab68617264776172654b6579a370656dac73796e6368726f6e697a6564c3aa6261636b75704b65797392c40101c40102',
  recordContent:
    'de0003a776657273696f6e9203a868736d2d612e3030a764656c65746564c2a4626f6479de0003a56f776e6572a5616c696365a56669786564de0001a5746f6b656ec3a86d6174657269616cc4020102',
  record: 'de0002a4726f6c65ab63727970746f2d75736572a870617373776f7264a468617368',
  clone:
    'de0002a86964656e74697479de0005a9636c75737465724964b3636c75737465722d6161616161616161616161aa636c75737465724b6579a76b65792070656daa6d61736b696e674b6579c4020304b2636c75737465724365727469666963617465af63657274696669636174652070656dab7472757374416e63686f72aa616e63686f722070656da76d656d6265727391de0005a46b696e64a475736572a26964a5616c696365a776657273696f6e9204a868736d2d612e3030a764656c65746564c2a4626f6479de0002a4726f6c65ab63727970746f2d75736572a870617373776f7264a468617368',
  backup:
    'de0002a56661637473de0004aa636c75737465724b6579a76b65792070656daa6d61736b696e674b6579c4020304b2636c75737465724365727469666963617465af63657274696669636174652070656dab7472757374416e63686f72aa616e63686f722070656da77265636f72647392de0005a46b696e64a475736572a26964a5616c696365a776657273696f6e9204a868736d2d612e3030a764656c65746564c2a4626f6479de0002a4726f6c65ab63727970746f2d75736572a870617373776f7264a468617368de0005a46b696e64a475736572a26964a5616c696365a776657273696f6e9204a868736d2d612e3030a764656c65746564c3a4626f6479c0',
};

test('a frame has the pinned bytes', () => {
  assert.equal(hex(encodeFrame(requestFrame)), bytes.requestFrame);
  assert.equal(hex(encodeFrame(replyFrame)), bytes.replyFrame);
  const reader = new FrameReader();
  assert.deepEqual(reader.feed(bin(bytes.requestFrame)), [requestFrame]);
  assert.deepEqual(reader.feed(bin(bytes.replyFrame)), [replyFrame]);
});

test('settings and records in the database have the pinned bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-messagepack-'));
  try {
    const database = openDatabase(folder, key);
    database.putSetting('identity', identity);
    database.putRecord('key', '0011', recordContent);
    const sqlite = new DatabaseSync(join(folder, 'hsm.sqlite'));
    const sealed = (sql: string): Uint8Array => sqlite.prepare(sql).get()?.['sealed'] as Uint8Array;
    const setting = open(
      key,
      sealed('SELECT sealed FROM settings'),
      Buffer.from('settings/identity'),
    );
    assert.equal(hex(setting), bytes.identity);
    const content = open(
      key,
      sealed('SELECT sealed FROM records'),
      Buffer.from('records/key/0011'),
    );
    assert.equal(hex(content), bytes.recordContent);
    sqlite
      .prepare('UPDATE settings SET sealed = ?')
      .run(seal(key, bin(bytes.identity), Buffer.from('settings/identity')));
    sqlite.close();
    assert.deepEqual(database.setting('identity'), identity);
    assert.deepEqual(database.record('key', '0011')?.content, recordContent);
    database.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the body of a record on its way to a peer has the pinned bytes', () => {
  const maskingKey = Buffer.alloc(32, 7);
  const recordKey = deriveKey(secretKey(maskingKey), 'keyhold records', Buffer.alloc(0), 32);
  const binding = Buffer.from('["user","alice",4,"hsm-a.00",false]');
  const recordSeal = new RecordSeal(maskingKey);
  const sent = recordSeal.seal({ ...record, sequence: 1 });
  assert.equal(hex(open(recordKey, sent.sealed, binding)), bytes.record);
  const received = { ...sent, sealed: seal(recordKey, bin(bytes.record), binding) };
  assert.deepEqual(recordSeal.open(received), record);
});

test("a clone's contents have the pinned bytes", async () => {
  const manufacturer = await authority('Manufacturer');
  const hardware = makeKeyPair();
  const hardwareCertificate = await issueCertificate(
    {
      notBefore: 0,
      notAfter: Date.UTC(2100, 0),
      subject: { CN: 'HSM' },
      publicKey: hardware.publicKey,
      ca: false,
    },
    manufacturer,
  );
  const database = { putSetting: () => undefined, transact: (work: () => unknown) => work() };
  const facts = {
    ...identity,
    ...clusterSecrets,
    hardwareKey: exportPrivateKey(hardware.privateKey),
    manufacturerRoot: manufacturer.certificate,
  };
  const hsm = new HsmIdentity(database as never, facts);
  const { hsmId } = identity;
  const publicKey = genuineHardwareKey(hsm, hardwareCertificate);
  const sealed = exportClone(hsm, { publicKey, hsmId }, [record]);
  const binding = Buffer.from(`clone/cluster-aaaaaaaaaaa/${hsmId}`);
  const contents = openBox(hardware.privateKey, sealed, binding);
  assert.equal(hex(contents), bytes.clone);
  assert.deepEqual(unpackValue(contents), { identity: clusterSecrets, members: [record] });
});

test("a backup's contents have the pinned bytes", () => {
  assert.equal(hex(packContents(backup)), bytes.backup);
  assert.deepEqual(unpackContents(bin(bytes.backup)), backup);
});

test('a stored member that was undefined is still read, and is written no more', () => {
  const stored = bin('de0002a161d40000a16201');
  assert.deepEqual(unpackValue(stored), { a: undefined, b: 1 });
  assert.equal(hex(packValue({ a: undefined, b: 1 })), 'de0001a16201');
  assert.throws(() => unpackFrame(stored, 10), EncodingError);
});

test('only the closed set of types is decoded, from stored values and from frames', () => {
  const refused = [
    // The byte that MessagePack never uses, and 64-bit integers.
    'c1 cf0000000000000001 d30000000000000001',
    // Extension types of every length: msgpackr reads some of them as references, errors and sets.
    'd401ff d5690001 d66900000001c0 d670000000ff c70073 c700 c8000073 c90000000073',
    `d7ff${'00'.repeat(8)} d873${'00'.repeat(16)}`,
    // Names that are no text, and the one that would change the object.
    '8101c0 81c0c0 81c40161c0 8190c0 81a95f5f70726f746f5f5fc0',
    // Bytes that are missing or too many, and lengths without bytes.
    ' 81a161 a261 cd01 c0c0 9101c0 ddffffffff dfffffffff dbffffffff',
  ];
  for (const encoded of refused.flatMap((line) => line.split(' '))) {
    assert.throws(() => unpackValue(bin(encoded)), EncodingError, encoded);
    assert.throws(() => unpackFrame(bin(encoded), 100), EncodingError, encoded);
  }
  assert.throws(() => unpackFrame(bin('a1ff'), 10), /not UTF-8/);
  assert.equal(unpackFrame(bin('a3efbfbd'), 10), '\uFFFD');
});

test('depth and number of values are limited', () => {
  const nested = (depth: number): Buffer => bin(`${'91'.repeat(depth)}c0`);
  unpackFrame(nested(16), 100);
  unpackValue(nested(16));
  for (const depth of [17, 5_000]) {
    assert.throws(() => unpackFrame(nested(depth), 10_000), /too deep/);
    assert.throws(() => unpackValue(nested(depth)), /too deep/);
  }
  assert.deepEqual(unpackFrame(bin('93010203'), 4), [1, 2, 3]);
  assert.throws(() => unpackFrame(bin('93010203'), 3), /too many values/);
  const many = { id: 1, out: Array.from({ length: 65_540 }, () => 0) };
  assert.throws(() => encodeFrame(many), /too many values/);
});

test('what is no value of the codec is not encoded', () => {
  for (const value of [1n, Symbol('x'), () => 1, JSON.parse('{"__proto__":1}')])
    assert.throws(() => packValue({ value }), TypeError);
});

/** Another implementation of MessagePack, as strict as it can be. */
const reference = {
  frames: new Packr({ useRecords: false, variableMapSize: true }),
  values: new Packr({ useRecords: false }),
  decoder: new Unpackr({ useRecords: false, mapsAsObjects: true }),
};
const { tie: value } = letrec<{ tie: unknown }>((tie) => ({
  tie: oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    constantFrom(null, true, false),
    integer(),
    double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
    string({ unit: 'grapheme', maxLength: 80 }),
    string({ minLength: 240, maxLength: 300 }),
    uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some)),
    array(tie('tie'), { maxLength: 20 }),
    dictionary(
      string({ unit: 'grapheme', maxLength: 40 }).filter((name) => name !== '__proto__'),
      tie('tie'),
      { noNullPrototype: true, maxKeys: 20 },
    ),
  ),
}));

test('values are encoded as another implementation encodes them, and decoded to what they were', () => {
  always(
    property(value, (one) => {
      assert.equal(hex(packValue(one)), hex(reference.values.pack(one)));
      assert.equal(hex(packFrame(one, 0, 10_000) ?? bin('')), hex(reference.frames.pack(one)));
      assert.deepEqual(unpackValue(packValue(one)), one);
    }),
    { numRuns: 500 },
  );
});

test('whatever frame is accepted means the same to another implementation', () => {
  const frames = [requestFrame, replyFrame].map((frame) => encodeFrame(frame).subarray(4));
  const changes = array(tuple(nat(1_000), nat(255), constantFrom('set', 'insert', 'cut')), {
    maxLength: 4,
  });
  let accepted = 0;
  always(
    property(
      constantFrom(...frames, undefined),
      uint8Array({ maxLength: 40 }),
      changes,
      (...all) => {
        const [frame, random, mutations] = all;
        const bytes = mutated(frame ?? Buffer.from(random), mutations);
        let decoded: unknown;
        try {
          decoded = unpackFrame(bytes, 1_000);
        } catch (error) {
          assert.ok(error instanceof EncodingError);
          return;
        }
        accepted += 1;
        assert.deepEqual(decoded, reference.decoder.unpack(bytes));
      },
    ),
    { numRuns: 20_000 },
  );
  assert.ok(accepted > 500, `${accepted} frames were accepted`);
});

function mutated(
  bytes: Buffer,
  mutations: readonly (readonly [at: number, byte: number, how: string])[],
): Buffer {
  const all = [...bytes];
  for (const [at, byte, how] of mutations)
    all.splice(at % (all.length + 1), how === 'insert' ? 0 : 1, ...(how === 'cut' ? [] : [byte]));
  return Buffer.from(all);
}

test('a frame in pieces of any size is read as one', () => {
  const stream = Buffer.concat(
    [requestFrame, replyFrame, requestFrame].map((frame) => encodeFrame(frame)),
  );
  for (let size = 1; size <= stream.length; size += 1) {
    const reader = new FrameReader();
    const read: unknown[] = [];
    for (let at = 0; at < stream.length; at += size)
      read.push(...reader.feed(stream.subarray(at, at + size)));
    assert.deepEqual(read, [requestFrame, replyFrame, requestFrame]);
  }
});
