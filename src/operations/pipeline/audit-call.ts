import { cloudTrailEvent, type AuditResource, type EventSource } from '../../audit/index.ts';
import { services, type ServiceName } from '../../contract/index.ts';
import { isKmsError, type Principal } from '../../domain/index.ts';
import type { Operation } from '../operation.ts';
import type { PerformRequest } from '../request.ts';
import type { ResolvedTarget } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { returnsSecret } from './returns-secret.ts';

/** Inputs of the audit record that the pipeline collects while it handles a call. */
export interface AuditInputs {
  readonly resolved: Record<string, ResolvedTarget>;
  readonly additionalEventData: Record<string, unknown>;
  /** The caller, if the signature does not tell (unsigned calls). */
  caller?: Principal;
}

/** Region of the events of services without Regions, whatever Region the client signed for. */
const GLOBAL_REGION = 'us-east-1';

const sources: Record<ServiceName, EventSource> = {
  kms: 'kms.amazonaws.com',
  cloudhsm: 'cloudhsm.amazonaws.com',
  cloudtrail: 'cloudtrail.amazonaws.com',
  iam: 'iam.amazonaws.com',
  sts: 'sts.amazonaws.com',
  keyhold: 'keyhold',
};

interface Recorded {
  readonly eventId: string;
  /** Resolves when the record is written. No answer may leave before that. */
  readonly written: Promise<void>;
}

/** Records one call, whether it succeeded or failed. */
export function auditCall(
  { audit, clock }: Pick<Services, 'audit' | 'clock'>,
  operation: Operation,
  request: PerformRequest,
  { resolved, additionalEventData, caller }: AuditInputs,
  output: object | undefined,
  error?: unknown,
): Recorded {
  const event = cloudTrailEvent({
    time: clock.now(),
    eventSource: sources[operation.service],
    eventName: operation.name,
    region: operation.service === 'iam' ? GLOBAL_REGION : request.region,
    principal: caller ?? request.caller,
    sourceIp: request.sourceIp,
    userAgent: request.userAgent,
    requestId: request.requestId,
    readOnly: operation.effect === 'read',
    input: request.input,
    output,
    error: error === undefined ? undefined : auditError(operation.service, error),
    resources: resourcesOf(resolved, output),
    additionalEventData: hasAny(additionalEventData) ? additionalEventData : undefined,
    tlsDetails: request.tls,
  });
  const written = audit.record(event, { durable: error === undefined && mustLast(operation) });
  return { eventId: event.eventID, written };
}

/**
 * Returns whether the record must be durable before the answer leaves: for answers with a secret,
 * and for changes that are about to be acknowledged.
 */
function mustLast({ service, name, effect }: Operation): boolean {
  return effect === 'write' || returnsSecret(service, name);
}

/**
 * Maximum length of an error message in a record, in characters, as in CloudTrail. A message may
 * repeat a whole input.
 */
const MAX_MESSAGE_CHARS = 1_024;

/** Returns an error code as CloudTrail names it for services with the Query protocol. */
function queryErrorCode(code: string): string {
  if (code === 'AccessDeniedException') return 'AccessDenied';
  return code.endsWith('Exception') ? code : `${code}Exception`;
}

function auditError(
  service: ServiceName,
  error: unknown,
): { readonly code: string; readonly message?: string | undefined } {
  if (!isKmsError(error)) return { code: 'InternalFailure' };
  const { code, publicMessage } = error;
  return {
    code: services[service].protocol === 'query' ? queryErrorCode(code) : code,
    message: publicMessage?.slice(0, MAX_MESSAGE_CHARS),
  };
}

/** Lists the keys and roles that the call acted on, and the key that it created. */
function resourcesOf(
  resolved: Readonly<Record<string, ResolvedTarget>>,
  output: object | undefined,
): AuditResource[] {
  const resources: AuditResource[] = [];
  for (const name in resolved) {
    const one = resolved[name];
    if (one?.kind === 'key')
      resources.push({ accountId: one.scope.account, type: 'AWS::KMS::Key', ARN: one.arn });
    else if (one?.kind === 'iam' && one.trustPolicy)
      resources.push({ accountId: one.account, type: 'AWS::IAM::Role', ARN: one.arn });
  }
  if (output && 'ReplicaKeyMetadata' in output) addMade(output.ReplicaKeyMetadata, resources);
  else if (output && 'KeyMetadata' in output && resources.length === 0)
    addMade(output.KeyMetadata, resources);
  return resources;
}

function addMade(metadata: unknown, resources: AuditResource[]): void {
  // The contract defines these members for CreateKey and ReplicateKey.
  const { Arn, AWSAccountId } = metadata as {
    readonly Arn?: string;
    readonly AWSAccountId?: string;
  };
  if (Arn !== undefined && AWSAccountId !== undefined)
    resources.push({ accountId: AWSAccountId, type: 'AWS::KMS::Key', ARN: Arn });
}

function hasAny(data: object): boolean {
  for (const _name in data) return true;
  return false;
}
