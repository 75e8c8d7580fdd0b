import { KmsError, type RoleRow } from '../../domain/index.ts';
import { uniqueIdsIn } from '../../identity/index.ts';
import {
  parsePolicy,
  PolicyError,
  type PolicyDocument,
  type PolicyKind,
} from '../../policy/index.ts';
import type { Reader } from '../../storage/index.ts';
import { checkQuota, type Quota } from './quotas.ts';

/** Validates a policy document. @throws KmsError MalformedPolicyDocument */
export function checkedDocument(text: string, kind: PolicyKind): string {
  parse(text, kind);
  return text;
}

/**
 * Validates a trust policy, and resolves the principals that it names.
 * @throws KmsError MalformedPolicyDocument
 */
export async function checkedTrustPolicy(
  reader: Reader,
  text: string,
): Promise<Pick<RoleRow, 'trustPolicy' | 'trustPrincipals'>> {
  checkSize('ACLSizePerRole', [text]);
  return {
    trustPolicy: text,
    trustPrincipals: await uniqueIdsIn(reader, parse(text, 'trust'), noPrincipal),
  };
}

function noPrincipal(arn: string): KmsError {
  return new KmsError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${arn}"`);
}

function parse(text: string, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof PolicyError)
      throw new KmsError('MalformedPolicyDocument', error.message, { cause: error });
    throw error;
  }
}

/** Requires that the documents fit a quota. Quotas do not count white space. */
export function checkSize(quota: Quota, documents: readonly string[]): void {
  checkQuota(
    quota,
    documents.reduce((sum, document) => sum + document.replaceAll(/\s/g, '').length, 0),
  );
}

/** Encodes a document as IAM shows it: URL-encoded. */
export function shownDocument(text: string): string {
  return encodeURIComponent(text);
}
