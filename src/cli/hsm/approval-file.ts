import { writeFileDurably } from '../../base/index.ts';
import type { Approval, QuorumToken, TokenService } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { bytesOfFile } from './files.ts';

/**
 * cloudhsm-cli's token file, version 2.0: what is approved, what approvers sign, and what they
 * signed. All in base64.
 */
interface ApprovalFile {
  readonly version: '2.0';
  readonly service: TokenService;
  readonly approval_data: string;
  readonly token: string;
  readonly signatures: readonly { readonly username: string; readonly signature: string }[];
}

/** Likewise for the registration of a key to approve with: signed by oneself. */
interface RegistrationFile {
  readonly version: '2.0';
  readonly tokens: readonly [
    { readonly approval_data: string; readonly unsigned: string; readonly signed: string },
  ];
}

/** The option of commands that may take approvals. */
export const APPROVAL = [
  '--approval <file>',
  'token file with the approvals, where a quorum is asked for',
] as const;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export function writeTokenFile(
  path: string,
  service: TokenService,
  { approvalData, token }: QuorumToken,
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
          signatures: [],
        };
  write(path, file);
}

/** Adds one approver's signature, or the owner's to a registration. */
export function addSignature(path: string, username: string, signature: Uint8Array): void {
  const file = read(path);
  if (isRegistration(file)) {
    const [token] = file.tokens;
    return write(path, { ...file, tokens: [{ ...token, signed: base64(signature) }] });
  }
  const others = file.signatures.filter((one) => one.username !== username);
  write(path, { ...file, signatures: [...others, { username, signature: base64(signature) }] });
}

/** What approvers sign: a SHA-256 digest. */
export function digestIn(path: string): Buffer {
  const file = read(path);
  return Buffer.from(isRegistration(file) ? file.tokens[0].unsigned : file.token, 'base64');
}

/** For the `approval` of a command; nothing if no file is named. */
export function approvalFrom(path: string | undefined): { readonly approval?: Approval } {
  if (path === undefined) return {};
  const file = read(path);
  if (isRegistration(file)) throw new CliError(`${path} is for registering a key`);
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
  if (!isRegistration(file)) throw new CliError(`${path} is not for registering a key`);
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
  throw new CliError(`${path} is not a token file of \`quorum token-sign generate\``);
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
  const { approval_data: data, token, signatures } = Object(file) as Partial<ApprovalFile>;
  return (
    typeof data === 'string' &&
    typeof token === 'string' &&
    Array.isArray(signatures) &&
    signatures.every(isSignature)
  );
}

function isSignature(value: unknown): boolean {
  const { username, signature } = Object(value) as Record<string, unknown>;
  return typeof username === 'string' && typeof signature === 'string';
}
