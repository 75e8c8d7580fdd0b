/**
 * A value that only the two ends of one connection can compute: TLS's exporter (RFC 5705, RFC 8446
 * §7.5).
 */
interface Connection {
  exportKeyingMaterial(length: number, label: string, context: Buffer): Buffer;
}

const EXPORTER = 'EXPORTER-keyhold-hardware';
const BINDING_BYTES = 32;

/**
 * Returns what an HSM signs with its hardware key to prove that it is the other end of this
 * connection. A certificate of its TLS key does not prove that: the operator of an ordinary cluster
 * can get the cluster's key out of a backup.
 */
export function hardwareStatement(connection: Connection): Buffer {
  return Buffer.concat([
    Buffer.from('keyhold hardware/'),
    connection.exportKeyingMaterial(BINDING_BYTES, EXPORTER, Buffer.alloc(0)),
  ]);
}
