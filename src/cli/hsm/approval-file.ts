import { writeFileDurably } from '../../base/index.ts';
import { equalBytes, sha256 } from '../../crypto/index.ts';
import {
  decodeApprovalData,
  type Approval,
  type Approved,
  type QuorumToken,
  type TokenService,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { bytesOfFile } from './files.ts';

/**
 * Token file of cloudhsm-cli, version 2.0: the data to approve, the digest to sign, and the
 * signatures. All in base64. Keyhold adds the text of the operation.
 */
interface ApprovalFile {
  readonly version: '2.0';
  readonly service: TokenService;
  readonly approval_data: string;
  readonly token: string;
  /** Result of `operationText`, if the token is for one operation only. */
  readonly operation?: string;
  readonly signatures: readonly { readonly username: string; readonly signature: string }[];
}

/** Token file to register a key to approve with. The user signs it with that key. */
interface RegistrationFile {
  readonly version: '2.0';
  readonly tokens: readonly [
    { readonly approval_data: string; readonly unsigned: string; readonly signed: string },
  ];
}

/** Option of the commands that may require approvals. */
export const APPROVAL = [
  '--approval <file>',
  'token file with the approvals, if the command requires a quorum',
] as const;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export function writeTokenFile(
  path: string,
  service: TokenService,
  { approvalData, token }: QuorumToken,
  operation?: string,
): void {
  const file: ApprovalFile | RegistrationFile =
    service === 'registration'
      ? {
          version: '2.0',
          tokens: [{ approval_data: base64(approvalData), unsigned: base64(token), signed: '' }],
        }
      : {
          version: '2.0',
          service,
          approval_data: base64(approvalData),
          token: base64(token),
          ...(operation !== undefined && { operation }),
          signatures: [],
        };
  write(path, file);
}

/** Adds the signature of an approver, or of the key's owner to a registration. */
export function addSignature(path: string, username: string, signature: Uint8Array): void {
  const file = read(path);
  if (isRegistration(file)) {
    const [token] = file.tokens;
    return write(path, { ...file, tokens: [{ ...token, signed: base64(signature) }] });
  }
  const others = file.signatures.filter((one) => one.username !== username);
  write(path, { ...file, signatures: [...others, { username, signature: base64(signature) }] });
}

/** Contents of a token file, and the digest that approvers sign. */
export interface TokenContents {
  readonly approved: Approved;
  readonly digest: Buffer;
  /** Text of the operation, if the token is for one operation only. */
  readonly operation: string | undefined;
}

/**
 * Reads a token file. Throws CliError if its parts contradict each other: an approver would then
 * sign something else than the file shows.
 */
export function tokenIn(path: string): TokenContents {
  const file = read(path);
  const [data, token] = isRegistration(file)
    ? [file.tokens[0].approval_data, file.tokens[0].unsigned]
    : [file.approval_data, file.token];
  const operation = isRegistration(file) ? undefined : file.operation;
  const approvalData = Buffer.from(data, 'base64');
  const approved = decodeApprovalData(approvalData);
  const digest = sha256(approvalData);
  const hash = operation === undefined ? undefined : sha256(Buffer.from(operation));
  if (
    !approved ||
    !equalBytes(digest, Buffer.from(token, 'base64')) ||
    !equalBytes(hash ?? Buffer.alloc(0), approved.operation ?? Buffer.alloc(0))
  )
    throw new CliError(
      `${path} contradicts itself: its digest is not that of the operation that it shows; do not sign it`,
    );
  return { approved, digest, operation };
}

/** Reads the `approval` of a command. Returns an empty object if no file is given. */
export function approvalFrom(path: string | undefined): { readonly approval?: Approval } {
  if (path === undefined) return {};
  const file = read(path);
  if (isRegistration(file))
    throw new CliError(`${path} is a registration token and cannot approve a command`);
  const signatures = file.signatures.map(({ username, signature }) => ({
    username,
    signature: Buffer.from(signature, 'base64'),
  }));
  return { approval: { approvalData: Buffer.from(file.approval_data, 'base64'), signatures } };
}

export function registrationFrom(path: string): {
  readonly approvalData: Uint8Array;
  readonly signature: Uint8Array;
} {
  const file = read(path);
  if (!isRegistration(file))
    throw new CliError(
      `${path} is not a registration token; get one with \`quorum token-sign generate --service registration\``,
    );
  const [{ approval_data: data, signed }] = file.tokens;
  return { approvalData: Buffer.from(data, 'base64'), signature: Buffer.from(signed, 'base64') };
}

function read(path: string): ApprovalFile | RegistrationFile {
  try {
    const file: unknown = JSON.parse(bytesOfFile(path).toString('utf8'));
    if (isRegistration(file) || isApproval(file)) return file;
  } catch (error) {
    if (error instanceof CliError) throw error;
  }
  throw new CliError(`${path} is not a token file written by \`quorum token-sign generate\``);
}

function write(path: string, file: ApprovalFile | RegistrationFile): void {
  writeFileDurably(path, `${JSON.stringify(file, undefined, 2)}\n`);
}

function isRegistration(file: unknown): file is RegistrationFile {
  const { tokens } = Object(file) as Partial<RegistrationFile>;
  return (
    Array.isArray(tokens) &&
    typeof tokens[0]?.approval_data === 'string' &&
    typeof tokens[0].signed === 'string'
  );
}

function isApproval(file: unknown): file is ApprovalFile {
  const {
    approval_data: data,
    token,
    operation,
    signatures,
  } = Object(file) as Partial<ApprovalFile>;
  return (
    typeof data === 'string' &&
    typeof token === 'string' &&
    (operation === undefined || typeof operation === 'string') &&
    Array.isArray(signatures) &&
    signatures.every(isSignature)
  );
}

function isSignature(value: unknown): boolean {
  const { username, signature } = Object(value) as Record<string, unknown>;
  return typeof username === 'string' && typeof signature === 'string';
}
