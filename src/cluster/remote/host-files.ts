import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { base32Id, readFileIfThere, writeFileDurably } from '../../base/index.ts';
import { equalBytes, sha256 } from '../../crypto/index.ts';

/** A machine that runs one HSM at a time for this installation. */
export interface HsmHost {
  readonly hostId: string;
  readonly availabilityZone: string;
  /** Address of its HSM for the other HSMs and the front end. */
  readonly address: string;
}

interface TokenRecord {
  /** SHA-256 of the token's secret, in hex. */
  readonly secret: string;
  readonly availabilityZone: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

const ID_FORMAT = /^[a-z2-7]{16}$/;
const ID_LENGTH = 16;
const SECRET_LENGTH = 32;

/** The stored hosts and unused enrolment tokens, one file each. */
export class HostFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'tokens'), { recursive: true, mode: 0o700 });
  }

  hosts(): HsmHost[] {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith('.host.json'));
    return names.flatMap((name) => this.host(name.slice(0, -'.host.json'.length)) ?? []);
  }

  host(hostId: string): HsmHost | undefined {
    const content = ID_FORMAT.test(hostId) ? readFileIfThere(this.#hostPath(hostId)) : undefined;
    // Only this class writes this file.
    return content && (JSON.parse(content.toString()) as HsmHost);
  }

  /** Stores a new host. */
  add(host: HsmHost): HsmHost {
    writeFileDurably(this.#hostPath(host.hostId), JSON.stringify(host));
    return host;
  }

  hasToken(id: string): boolean {
    return ID_FORMAT.test(id) && readFileIfThere(this.#tokenPath(id)) !== undefined;
  }

  /**
   * Creates a token with which one host can enrol in a zone. Its ID becomes the host's. `expires`
   * is in milliseconds since the epoch. Only a hash of the secret is stored.
   */
  createToken(
    availabilityZone: string,
    expires: number,
  ): { readonly id: string; readonly secret: string } {
    const token = { id: base32Id(ID_LENGTH), secret: base32Id(SECRET_LENGTH) };
    const record: TokenRecord = {
      secret: sha256(token.secret).toString('hex'),
      availabilityZone,
      expires,
    };
    writeFileDurably(this.#tokenPath(token.id), JSON.stringify(record));
    return token;
  }

  /** Returns whether `redeemToken` would accept the token. */
  acceptsToken(id: string, secret: string, now: number): boolean {
    const token = this.#token(id, secret);
    return token !== undefined && now <= token.expires;
  }

  /**
   * Uses a token up and returns its zone. Returns undefined if the token is wrong, used or expired.
   */
  redeemToken(id: string, secret: string, now: number): string | undefined {
    const token = this.#token(id, secret);
    if (!token) return undefined;
    // Renamed first: of two simultaneous requests with the same token, only one succeeds.
    const used = `${this.#tokenPath(id)}.used`;
    renameSync(this.#tokenPath(id), used);
    rmSync(used);
    return now <= token.expires ? token.availabilityZone : undefined;
  }

  #token(id: string, secret: string): TokenRecord | undefined {
    const content = ID_FORMAT.test(id) ? readFileIfThere(this.#tokenPath(id)) : undefined;
    if (!content) return undefined;
    // Only this class writes this file.
    const token = JSON.parse(content.toString()) as TokenRecord;
    return equalBytes(sha256(secret), Buffer.from(token.secret, 'hex')) ? token : undefined;
  }

  #hostPath(hostId: string): string {
    return join(this.#folder, `${hostId}.host.json`);
  }

  #tokenPath(id: string): string {
    return join(this.#folder, 'tokens', `${id}.json`);
  }
}
