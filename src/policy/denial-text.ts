import type { Access, Denial } from './authorize.ts';

type Because = Exclude<Denial['because'], 'hidden'>;

/** How the sentence ends. Source: "Troubleshoot access denied error messages" in the IAM User Guide. */
const endings: Record<Because, (action: string) => string> = {
  'identity-deny': () => 'with an explicit deny in an identity-based policy',
  'resource-deny': () => 'with an explicit deny in a resource-based policy',
  'no-identity-allow': (action) => `because no identity-based policy allows the ${action} action`,
  'no-resource-allow': (action) => `because no resource-based policy allows the ${action} action`,
};

/** What the caller is told, in AWS's words. For another account's key it is the text for a key that is not there. */
export function denialText(
  { because }: Denial,
  { principal, action, resourceArn }: Pick<Access, 'principal' | 'action' | 'resourceArn'>,
): string {
  const refusal = `User: ${principal.arn} is not authorized to perform: ${action} on`;
  if (because === 'hidden') {
    return `${refusal} this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
  }
  return `${refusal} resource: ${resourceArn} ${endings[because](action)}`;
}
