import { defineOperation } from '../operation.ts';

export const AuthorizeRestore = defineOperation('keyhold', 'AuthorizeRestore', {
  effect: 'write',
  targets: ({ ClusterId }) => ({ cluster: { on: 'cluster', clusterId: ClusterId } }),
  async handle({ clusters }, { SourceManufacturerRoot }, { cluster: { scope, clusterId } }) {
    const { hsmId, host, port, token, expiresAt } = await clusters.authorizeRestore(
      scope,
      clusterId,
      SourceManufacturerRoot,
    );
    return {
      HsmId: hsmId,
      IpAddress: host,
      Port: port,
      RestoreToken: token,
      Expires: new Date(expiresAt),
    };
  },
});
