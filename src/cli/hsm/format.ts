export const formats = ['cloudhsm-cli', 'keyhold'] as const;
/**
 * Output format. `cloudhsm-cli`: like AWS's tool. `keyhold`: the same with real booleans and with
 * error names.
 */
export type Format = (typeof formats)[number];
