/** Answers of Keyhold's own API about policies, as they come over the wire. */
export interface Cause {
  readonly Source: string;
  readonly GrantId?: string;
  /** JSON. */
  readonly Statement?: string;
}
export interface Explanation {
  readonly Decision: 'ALLOWED' | 'DENIED';
  readonly Reason: string;
  readonly DecidedBy: readonly Cause[];
  readonly UnknownContext: readonly string[];
}
export interface PrincipalAccess {
  readonly PrincipalArn: string;
  readonly Actions: readonly {
    readonly Action: string;
    readonly Conditional: boolean;
    readonly Through: readonly Cause[];
  }[];
}
export interface KeyAccessPage {
  readonly KeyArn: string;
  readonly Principals: readonly PrincipalAccess[];
  readonly OtherAccounts: readonly PrincipalAccess[];
  readonly NextMarker?: string;
}
export interface Finding {
  readonly Level: 'error' | 'warning' | 'note';
  readonly Statement?: number;
  readonly Text: string;
}
