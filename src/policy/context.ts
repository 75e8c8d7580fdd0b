/**
 * The value of a condition key: a list for keys that can have several values in one request
 * (`aws:TagKeys`), a string for all others.
 */
export type ContextValue = string | readonly string[];

/**
 * Returns the value of a condition key for one request. It is called with the key in lower case,
 * and only when a policy needs the key. Undefined means that the request does not have the key.
 */
export type RequestContext = (key: string) => ContextValue | undefined;

/** The empty request context, for decisions that no condition may influence. */
export const noContext: RequestContext = () => undefined;
