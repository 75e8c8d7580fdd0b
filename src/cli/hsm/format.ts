export const formats = ['cloudhsm-cli', 'keyhold'] as const;
/**
 * How answers are written. `cloudhsm-cli`: as AWS's tool writes them. `keyhold`: the same with
 * real booleans and with error names.
 */
export type Format = (typeof formats)[number];
