import { KmsError } from '../../domain/index.ts';
import { parsePolicy, PolicyError, type PolicyKind } from '../../policy/index.ts';
import { checkQuota, type Quota } from './quotas.ts';

/** A document that can be honoured. @throws MalformedPolicyDocument */
export function checkedDocument(text: string, kind: PolicyKind): string {
  try {
    parsePolicy(text, kind);
    return text;
  } catch (error) {
    if (error instanceof PolicyError) throw new KmsError('MalformedPolicyDocument', error.message, { cause: error });
    throw error;
  }
}

/** Quotas don't count white space. */
export function checkSize(quota: Quota, documents: readonly string[]): void {
  checkQuota(
    quota,
    documents.reduce((sum, document) => sum + document.replaceAll(/\s/g, '').length, 0),
  );
}

/** As IAM shows documents: URL-encoded. */
export function shownDocument(text: string): string {
  return encodeURIComponent(text);
}
