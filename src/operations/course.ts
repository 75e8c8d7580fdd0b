import type { Operation, Target, Targets } from './operation.ts';
import type { PerformRequest } from './request.ts';
import type { Found } from './resolved-target.ts';

/** A request with all its targets found. */
export interface Course {
  readonly operation: Operation;
  readonly request: PerformRequest;
  readonly wanted: Targets;
  readonly found: Readonly<Record<string, Found>>;
}

/** One target: as it was asked for, and as it was found. */
export function named(
  { operation, wanted, found }: Course,
  name: string,
): { readonly target: Target; readonly found: Found } {
  const target = wanted[name];
  const one = found[name];
  if (!target || !one) throw new Error(`${operation.name} has no target ${name}`);
  return { target, found: one };
}
