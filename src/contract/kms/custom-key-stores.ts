import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import { customKeyStoreTypes, xksConnectivities } from './enums.ts';
import { customKeyStoreId, limitUpTo, marker } from './members.ts';

type Kms<N extends string> = ShapeOf<SdkRequest<'kms', N>>;

const requiredStoreId = { ...customKeyStoreId, required: true } as const;
const storeName = { kind: 'text', min: 1, max: 256 } as const;
const clusterId = {
  kind: 'text',
  min: 19,
  max: 24,
  pattern: 'cluster-[2-7a-zA-Z]{11,16}',
} as const;
const password = { kind: 'text', min: 7, max: 32, sensitive: true } as const;

/** Members of external key stores, which Create and Update have in common. */
const external = {
  XksProxyUriEndpoint: { kind: 'text', min: 10, max: 128, pattern: '^https://[a-zA-Z0-9.-]+$' },
  XksProxyUriPath: {
    kind: 'text',
    min: 10,
    max: 128,
    pattern: String.raw`^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$`,
  },
  XksProxyVpcEndpointServiceName: {
    kind: 'text',
    min: 20,
    max: 64,
    pattern: String.raw`^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$`,
  },
  XksProxyVpcEndpointServiceOwner: { kind: 'text', min: 12, max: 12, pattern: '[0-9]{12}' },
  XksProxyAuthenticationCredential: {
    kind: 'struct',
    members: {
      AccessKeyId: {
        kind: 'text',
        min: 20,
        max: 30,
        pattern: '^[A-Z2-7]+$',
        required: true,
        sensitive: true,
      },
      RawSecretAccessKey: {
        kind: 'text',
        min: 43,
        max: 64,
        pattern: String.raw`^[a-zA-Z0-9\/+=]+$`,
        required: true,
        sensitive: true,
      },
    },
  },
  XksProxyConnectivity: { kind: 'enum', values: xksConnectivities },
} as const;

export const customKeyStoreShapes = {
  CreateCustomKeyStore: {
    CustomKeyStoreName: { ...storeName, required: true },
    CloudHsmClusterId: clusterId,
    TrustAnchorCertificate: { kind: 'text', min: 1, max: 5000 },
    KeyStorePassword: password,
    CustomKeyStoreType: { kind: 'enum', values: customKeyStoreTypes },
    ...external,
  } satisfies Kms<'CreateCustomKeyStore'>,
  ConnectCustomKeyStore: {
    CustomKeyStoreId: requiredStoreId,
  } satisfies Kms<'ConnectCustomKeyStore'>,
  DescribeCustomKeyStores: {
    CustomKeyStoreId: customKeyStoreId,
    CustomKeyStoreName: storeName,
    Limit: limitUpTo(1000),
    Marker: marker,
  } satisfies Kms<'DescribeCustomKeyStores'>,
  DisconnectCustomKeyStore: {
    CustomKeyStoreId: requiredStoreId,
  } satisfies Kms<'DisconnectCustomKeyStore'>,
  UpdateCustomKeyStore: {
    CustomKeyStoreId: requiredStoreId,
    NewCustomKeyStoreName: storeName,
    KeyStorePassword: password,
    CloudHsmClusterId: clusterId,
    ...external,
  } satisfies Kms<'UpdateCustomKeyStore'>,
  DeleteCustomKeyStore: { CustomKeyStoreId: requiredStoreId } satisfies Kms<'DeleteCustomKeyStore'>,
} as const;
