import { X509Certificate } from 'node:crypto';
import {
  HsmUnreachableError,
  type ConnectOptions,
  type HsmAddress,
  type HsmConnection,
} from './contract.ts';
import {
  hardwareStatement,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type HsmInfo,
} from '../wire/index.ts';
import { Link } from './link.ts';
import { nameOf, openTls } from './tls.ts';

const PROTOCOL_VERSION = 1;
const DEFAULT_TIMEOUT_MS = 5_000;

/** Commands for an HSM whose certificate is not verified. None of them carries a secret. */
const commandsWithoutTrust: ReadonlySet<CommandName> = new Set<CommandName>([
  'hello',
  'info',
  'describeHardware',
]);

/**
 * Opens a TLS connection to an HSM, verifies its certificate against the trust anchor and the
 * cluster certificate, and sends `hello`. Does not log in. Fails with `HsmUnreachableError`, or
 * with `HsmError` if the HSM rejects the hello.
 *
 * @example
 * ```ts hsm
 * import { connectHsm } from 'src/hsm/client/index.ts';
 *
 * const hsm = await connectHsm(address, { trustAnchor });
 * assert.equal(hsm.info.lifecycle, 'active');
 * await hsm.call('login', { username, role: 'crypto-user', password });
 * const { keys } = await hsm.call('findKeys', { filter: {}, limit: 10 });
 * assert.deepEqual(keys, []);
 * hsm.close();
 * ```
 */
export async function connectHsm(
  address: HsmAddress,
  options: ConnectOptions,
): Promise<HsmConnection> {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const socket = await openTls(address, options.trustAnchor, timeout);
  const link = new Link(address, socket, timeout);
  try {
    const certificate = socket.getPeerX509Certificate();
    checkExpiry(certificate?.validToDate, address, options);
    checkPin(certificate, address, options);
    return connectionOver(link, {
      address,
      clusterCertificate: certificate?.toString() ?? '',
      hardwareStatement: hardwareStatement(socket),
      info: await greet(link, address),
      trusted: options.trustAnchor !== undefined,
    });
  } catch (error) {
    link.close();
    throw error;
  }
}

/**
 * Checks the expiry date against Keyhold's clock, which may be ahead of the machine's. TLS has
 * checked it against the machine's clock.
 */
function checkExpiry(
  expiry: Date | undefined,
  address: HsmAddress,
  { trustAnchor, clock }: ConnectOptions,
): void {
  if (!expiry || !clock || trustAnchor === undefined || clock.now() <= expiry.getTime()) return;
  throw new HsmUnreachableError(
    'untrusted',
    `${nameOf(address)}: certificate has expired on ${expiry.toISOString()}`,
  );
}

/** Checks that the HSM presents the cluster certificate, if the options name one. */
function checkPin(
  presented: X509Certificate | undefined,
  address: HsmAddress,
  { clusterCertificate }: ConnectOptions,
): void {
  if (clusterCertificate === undefined || presented?.raw.equals(bytesOf(clusterCertificate)))
    return;
  throw new HsmUnreachableError(
    'untrusted',
    `${nameOf(address)} does not present the cluster certificate`,
  );
}

/** Returns the certificate's DER. Empty, which no certificate is, if it is malformed. */
function bytesOf(pem: string): Uint8Array {
  try {
    return new X509Certificate(pem).raw;
  } catch {
    return new Uint8Array();
  }
}

async function greet(link: Link, address: HsmAddress): Promise<HsmInfo> {
  const { version, info } = await link.call('hello', {
    versions: [PROTOCOL_VERSION],
    client: 'keyhold',
  });
  if (version !== PROTOCOL_VERSION || typeof info?.hsmId !== 'string') {
    throw new HsmUnreachableError(
      'protocol',
      `${nameOf(address)} answered hello with something other than the HSM protocol`,
    );
  }
  // One customer CA may certify several clusters. Credentials must not go to another cluster's HSM
  // that has taken over the port.
  if (address.hsmId !== '' && info.hsmId !== address.hsmId) {
    throw new HsmUnreachableError(
      'protocol',
      `${nameOf(address)} identifies itself as ${info.hsmId}`,
    );
  }
  return info;
}

interface OpenLink {
  readonly address: HsmAddress;
  readonly clusterCertificate: string;
  readonly hardwareStatement: Uint8Array;
  readonly info: HsmInfo;
  readonly trusted: boolean;
}

function connectionOver(
  link: Link,
  { address, clusterCertificate, hardwareStatement, info, trusted }: OpenLink,
): HsmConnection {
  return {
    address,
    info,
    clusterCertificate,
    hardwareStatement,
    closed: link.closed,
    get inFlight(): number {
      return link.inFlight;
    },
    get open(): boolean {
      return link.open;
    },
    get unresponsive(): boolean {
      return link.unresponsive;
    },
    call<C extends CommandName>(
      command: C,
      input: CommandInput<C>,
      canFailOver?: boolean,
    ): Promise<CommandOutput<C>> {
      if (trusted || commandsWithoutTrust.has(command))
        return link.call(command, input, canFailOver);
      return Promise.reject(
        new HsmUnreachableError(
          'untrusted',
          `${nameOf(address)}: ${command} requires a trust anchor`,
        ),
      );
    },
    close: () => link.close(),
  };
}
