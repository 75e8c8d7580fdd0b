/** A list for the keys that can have several values in one request (`aws:TagKeys`), a text for all others. */
export type ContextValue = string | readonly string[];

/**
 * What a request shows to conditions and policy variables. Asked with a key in lower case, when a policy names it and not
 * before; undefined if the request has no such key.
 */
export type RequestContext = (key: string) => ContextValue | undefined;

/** For decisions that no condition may influence. */
export const noContext: RequestContext = () => undefined;
