const allow = (...actions: string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });

/** The managed policies that every account has, by ARN. Source: "AWS managed policies" in the AWS reference guide. */
export const awsManagedPolicies: ReadonlyMap<string, string> = new Map([['arn:aws:iam::aws:policy/AdministratorAccess', allow('*')]]);
