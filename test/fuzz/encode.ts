import { services, type ServiceName } from '../../src/contract/index.ts';

/** A request before it is signed. */
export interface Unsigned {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Encodes an input, valid or not, in the protocol of its service. */
export function encode(name: ServiceName, operation: string, input: unknown): Unsigned {
  const service = services[name];
  if (service.protocol === 'json') {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${service.targetPrefix}.${operation}`,
    };
    return { headers, body: Buffer.from(JSON.stringify(input) ?? 'undefined') };
  }
  const form = new URLSearchParams({ Action: operation, Version: service.version });
  addTo(form, '', input);
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  };
}

function addTo(form: URLSearchParams, path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    if (path !== '') form.append(path, String(value));
    return;
  }
  const prefix = path === '' ? '' : `${path}.`;
  if (Array.isArray(value))
    value.forEach((one, index) => addTo(form, `${prefix}member.${index + 1}`, one));
  else for (const [name, one] of Object.entries(value)) addTo(form, prefix + name, one);
}
