import { sha256 } from '../crypto/index.ts';
import type { Scope } from '../domain/index.ts';
import type { Subnet, Vpc } from './contract.ts';

const ZONES = ['a', 'b', 'c'] as const;
/** Distance between the third bytes of two subnets, as in AWS's default VPC. */
const SUBNET_STEP = 16;
/** The first four addresses of a subnet and the last are reserved, as in AWS. */
const FIRST_HOST_NUMBER = 4;
const LAST_HOST_NUMBER = 254;

/**
 * Loopback addresses of the machine. `range`: all of 127.0.0.0/8 (Linux). `single`: only
 * 127.0.0.1.
 */
export type Loopback = 'range' | 'single';

export function loopbackOf(platform: NodeJS.Platform): Loopback {
  return platform === 'linux' ? 'range' : 'single';
}

/**
 * Returns the built-in VPC of an account and Region. IDs and addresses are derived from the names,
 * so that they are the same at every start.
 */
export function vpcOf({ account, region }: Scope, loopback: Loopback): Vpc {
  // Never 0: other programs on the machine listen in 127.0.0.0/24.
  const second = 1 + ((digest(region)[0] ?? 0) % 254);
  const subnets = ZONES.map((letter, index): Subnet => {
    const availabilityZone = `${region}${letter}`;
    return {
      subnetId: `subnet-${hex17(account, availabilityZone)}`,
      availabilityZone,
      cidrBlock:
        loopback === 'range' ? `127.${second}.${index * SUBNET_STEP}.0/24` : '127.0.0.1/32',
    };
  });
  return { vpcId: `vpc-${hex17(account, region)}`, subnets };
}

/** Checks that an IPv4 address in dotted form can be an HSM's in this subnet. */
export function isHostOf(subnet: Subnet, address: string): boolean {
  return hostsOf(subnet).includes(address);
}

/** Returns the lowest free address of the subnet. Undefined if all are taken. */
export function freeAddress(subnet: Subnet, taken: ReadonlySet<string>): string | undefined {
  return hostsOf(subnet).find((address) => isShared(address) || !taken.has(address));
}

/** Checks for the only address of a `single` loopback, which HSMs share: they differ by port. */
export function isShared(address: string): boolean {
  return address === '127.0.0.1';
}

function hostsOf({ cidrBlock }: Subnet): string[] {
  const [base = '', length] = cidrBlock.split('/');
  if (length === '32') return [base];
  const prefix = base.slice(0, base.lastIndexOf('.'));
  return Array.from(
    { length: LAST_HOST_NUMBER - FIRST_HOST_NUMBER + 1 },
    (_, index) => `${prefix}.${FIRST_HOST_NUMBER + index}`,
  );
}

function hex17(...names: string[]): string {
  return digest(...names)
    .toString('hex')
    .slice(0, 17);
}

function digest(...names: string[]): Buffer {
  return Buffer.from(sha256(names.join('\n')));
}
