import { createCipheriv, hash, type KeyObject } from 'node:crypto';
import { randomBytes } from './random.ts';
import { rsaEncrypt } from './rsa-oaep.ts';
import { writePublicKey } from './key-der.ts';

const AES_256_CBC = '2.16.840.1.101.3.4.1.42';

/**
 * Encrypts for the holder of an RSA private key. Returns CMS EnvelopedData (RFC 5652) in DER for
 * one recipient: AES-256-CBC under a new key, and that key under RSAES-OAEP with SHA-256.
 */
export async function sealForRecipient(publicKey: KeyObject, content: Uint8Array): Promise<Buffer> {
  const key = randomBytes(32);
  const iv = randomBytes(16);
  try {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const encryptedContent = Buffer.concat([cipher.update(content), cipher.final()]);
    const encryptedKey = rsaEncrypt(publicKey, 'sha256', key);
    return await envelope({
      recipient: hash('sha256', writePublicKey(publicKey), 'buffer'),
      encryptedKey,
      iv,
      encryptedContent,
    });
  } finally {
    key.fill(0);
  }
}

interface EnvelopeParts {
  /** Identifies the recipient's key. */
  readonly recipient: Uint8Array;
  readonly encryptedKey: Uint8Array;
  readonly iv: Uint8Array;
  readonly encryptedContent: Uint8Array;
}

async function envelope({
  recipient,
  encryptedKey,
  iv,
  encryptedContent,
}: EnvelopeParts): Promise<Buffer> {
  const { cms, rsa, schema, x509 } = await load();
  const sha256 = new x509.AlgorithmIdentifier({ algorithm: rsa.id_sha256 });
  const oaep = new rsa.RsaEsOaepParams({
    hashAlgorithm: sha256,
    maskGenAlgorithm: new x509.AlgorithmIdentifier({
      algorithm: rsa.id_mgf1,
      parameters: schema.AsnConvert.serialize(sha256),
    }),
  });
  const keyTransport = new cms.KeyTransRecipientInfo({
    version: cms.CMSVersion.v2,
    rid: new cms.RecipientIdentifier({
      subjectKeyIdentifier: new x509.SubjectKeyIdentifier(recipient),
    }),
    keyEncryptionAlgorithm: new x509.AlgorithmIdentifier({
      algorithm: rsa.id_RSAES_OAEP,
      parameters: schema.AsnConvert.serialize(oaep),
    }),
    encryptedKey: new schema.OctetString(encryptedKey),
  });
  const enveloped = new cms.EnvelopedData({
    version: cms.CMSVersion.v2,
    recipientInfos: new cms.RecipientInfos([new cms.RecipientInfo({ ktri: keyTransport })]),
    encryptedContentInfo: new cms.EncryptedContentInfo({
      contentType: cms.id_data,
      contentEncryptionAlgorithm: new x509.AlgorithmIdentifier({
        algorithm: AES_256_CBC,
        parameters: schema.AsnConvert.serialize(new schema.OctetString(iv)),
      }),
      encryptedContent: new cms.EncryptedContent({
        value: new schema.OctetString(encryptedContent),
      }),
    }),
  });
  const content = schema.AsnConvert.serialize(enveloped);
  return Buffer.from(
    schema.AsnConvert.serialize(
      new cms.ContentInfo({ contentType: cms.id_envelopedData, content }),
    ),
  );
}

// Loaded when first needed, as in x509-issue.ts.
async function load() {
  const [cms, rsa, schema, x509] = await Promise.all([
    import('@peculiar/asn1-cms'),
    import('@peculiar/asn1-rsa'),
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
  ]);
  return { cms, rsa, schema, x509 };
}
