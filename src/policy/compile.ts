import type { Principal } from '../domain/index.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { compilePrincipal, type Names, type Naming } from './principal-pattern.ts';
import { compileArnPattern, compileWildcard } from './wildcard.ts';

/** What a request asks for: the action in lower case, the ARN or `*`; undefined stands for any resource. */
export interface Asked {
  readonly action: string;
  readonly resourceArn: string | undefined;
}

/** A policy document as closures, made once per document. A deny of the policy outweighs its allows. */
export interface CompiledPolicy {
  /** What it says as a policy attached to the caller. */
  forIdentity(asked: Asked): 'deny' | 'allow' | undefined;
  /** What it says as a key's policy: an allow for the caller itself, or for the caller's account as a whole. */
  forResource(principal: Principal, asked: Asked): 'deny' | Naming | undefined;
}

interface CompiledStatement {
  readonly covers: (asked: Asked) => boolean;
  readonly names: Names;
}

export function compilePolicy({ statements }: PolicyDocument): CompiledPolicy {
  const compiled = (effect: Statement['effect']): CompiledStatement[] =>
    statements.filter((statement) => statement.effect === effect).map(compileStatement);
  const denies = compiled('Deny');
  const allows = compiled('Allow');
  return {
    forIdentity(asked) {
      if (denies.some(({ covers }) => covers(asked))) return 'deny';
      return allows.some(({ covers }) => covers(asked)) ? 'allow' : undefined;
    },
    forResource(principal, asked) {
      if (strongestNaming(denies, principal, asked)) return 'deny';
      return strongestNaming(allows, principal, asked);
    },
  };
}

function strongestNaming(statements: readonly CompiledStatement[], principal: Principal, asked: Asked): Naming | undefined {
  let strongest: Naming | undefined;
  for (const { names, covers } of statements) {
    const naming = names(principal);
    if (naming === undefined || !covers(asked)) continue;
    if (naming === 'itself') return naming;
    strongest = naming;
  }
  return strongest;
}

function compileStatement({ principals, actions, resources }: Statement): CompiledStatement {
  const action = anyOf(actions.map((pattern) => compileWildcard(pattern.toLowerCase())));
  const resource = anyOf(resources.map(compileArnPattern));
  const names = principals.map(compilePrincipal);
  return {
    covers: ({ action: asked, resourceArn }) => action(asked) && (resourceArn === undefined ? resources.length > 0 : resource(resourceArn)),
    names: (principal) => strongest(names, principal),
  };
}

function strongest(all: readonly Names[], principal: Principal): Naming | undefined {
  let found: Naming | undefined;
  for (const names of all) {
    const naming = names(principal);
    if (naming === 'itself') return naming;
    found = naming ?? found;
  }
  return found;
}

function anyOf(matchers: readonly ((text: string) => boolean)[]): (text: string) => boolean {
  const [only] = matchers;
  if (only && matchers.length === 1) return only;
  return (text) => matchers.some((matches) => matches(text));
}
