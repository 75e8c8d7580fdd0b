import type { AccessRequest, Denial, Source } from './authorize.ts';

/**
 * Names of the kinds of policy in denial messages. Source: "Troubleshoot access denied error
 * messages", IAM User Guide.
 */
const names: Readonly<Record<Source, { readonly one: string; readonly kind: string }>> = {
  'service-control': { one: 'a service control policy', kind: 'service control policy' },
  identity: { one: 'an identity-based policy', kind: 'identity-based policy' },
  boundary: { one: 'a permissions boundary', kind: 'permissions boundary' },
  session: { one: 'a session policy', kind: 'session policy' },
  resource: { one: 'a resource-based policy', kind: 'resource-based policy' },
};

/**
 * Returns the denial message, in AWS's words. For another account's key it is the message for a key
 * that does not exist.
 */
export function denialText(
  { because }: Denial,
  { principal, action, resourceArn }: Pick<AccessRequest, 'principal' | 'action' | 'resourceArn'>,
): string {
  const denial = `User: ${principal.arn} is not authorized to perform: ${action} on`;
  if (because === 'hidden') {
    return `${denial} this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
  }
  return `${denial} resource: ${resourceArn} ${ending(because, action)}`;
}

function ending(because: Exclude<Denial['because'], 'hidden'>, action: string): string {
  for (const source of Object.keys(names) as Source[]) {
    if (because === `${source}-deny`) return `with an explicit deny in ${names[source].one}`;
    if (because === `no-${source}-allow`)
      return `because no ${names[source].kind} allows the ${action} action`;
  }
  throw new Error(`A denial because of ${because} has no text`);
}
