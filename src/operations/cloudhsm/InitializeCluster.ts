import { defineOperation } from '../operation.ts';

export const InitializeCluster = defineOperation('cloudhsm', 'InitializeCluster', {
  effect: 'write',
  targets: ({ ClusterId }) => ({ cluster: { on: 'cluster', clusterId: ClusterId } }),
  async handle({ clusters }, { SignedCert, TrustAnchor }, { cluster: { scope, clusterId } }) {
    const { state, stateMessage } = await clusters.initializeCluster(scope, clusterId, {
      signedCert: SignedCert,
      trustAnchor: TrustAnchor,
    });
    return { State: state, ...(stateMessage !== undefined && { StateMessage: stateMessage }) };
  },
});
