import { Command, Option } from 'commander';
import { awsQuotas, defaultRates } from '../operations/index.ts';
import {
  parseAccount,
  parseDuration,
  parseHostAndPort,
  parseHsmRate,
  parsePort,
  parseRate,
  parseRateOrNone,
  parseRegion,
  logLevels,
  parseProxy,
  parseQuota,
  startInstallation,
  type UpOptions,
} from '../node/index.ts';
import { untilSignal } from './signals.ts';
import { readyText, UP_HELP, startFailureText } from './up-messages.ts';

/**
 * `keyhold up`: runs the front end and the HSM processes of this machine until a signal arrives.
 */
export function upCommand(): Command {
  return new Command('up')
    .description('start Keyhold: the AWS APIs and the HSM processes of this machine')
    .option('--port <port>', 'port to listen on; 0 picks a free one', parsePort, 4599)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--data <folder>', 'data folder').env('KEYHOLD_DATA').default('.keyhold'))
    .option(
      '--account <id>',
      'account to create at the first start (default: 111122223333)',
      parseAccount,
    )
    .option(
      '--region <region>',
      'Region of the config file (default: the previous one, at the first start us-east-1)',
      parseRegion,
    )
    .addOption(
      new Option(
        '--clock-offset <time>',
        'run ahead of the machine’s clock by this time: 400d, 12h, 30m, 15s',
      )
        .argParser(parseDuration)
        .default(0, 'none'),
    )
    .option('--tls', 'serve HTTPS, with a certificate from Keyhold’s own CA in the data folder')
    .addOption(
      new Option(
        '--tls-name <name...>',
        'further DNS names and addresses of the certificate',
      ).default([], 'none'),
    )
    .option(
      '--tls-certificate <file>',
      'serve HTTPS with this certificate (PEM, followed by its issuers); reloaded when it changes',
    )
    .option('--tls-key <file>', 'private key of --tls-certificate (PEM)')
    .option('--insecure-listen', 'allow an address that other hosts can reach without TLS')
    .addOption(
      new Option(
        '--trusted-proxy <address>',
        'trust X-Forwarded-For and X-Forwarded-Proto from this address or CIDR block; repeatable',
      )
        .argParser(parseProxy)
        .default([], 'none'),
    )
    .option(
      '--attestation-root <file>',
      'root certificate (PEM) for the attestation documents of Recipient',
    )
    .option(
      '--hsm-hosts <address:port>',
      'let other machines run HSMs: the address that they connect to (see keyhold hsm enrol)',
      parseHostAndPort,
    )
    .option(
      '--managed-hsm-host <id>',
      'host that runs the HSM of the default key store, or local (default: as before, at first local)',
    )
    .option(
      '--recovery-key <file>',
      'public key (PEM) that the admin password of that HSM is sealed for (default: it is thrown away)',
    )
    .option(
      '--hsm-rate <rate>',
      'operations per second of each HSM: 2000 for all classes, or symmetric=2000; repeatable',
      parseHsmRate,
    )
    .option(
      '--audit-retention <time>',
      'remove full files of the audit trail this long after their last event, e.g. 400d (default: never)',
      parseDuration,
    )
    .option(
      '--principal-rate <number>',
      'requests per second of each user or role (default: no limit)',
      parseRate,
    )
    .addOption(
      new Option(
        '--settle-time <time>',
        'duration of Creating and Updating states and of rotations in progress, e.g. 5s',
      )
        .argParser(parseDuration)
        .default(150, '150 ms'),
    )
    .option(
      '--custom-key-store-rate <number>',
      'cryptographic operations per second of each custom key store, or none for no limit',
      parseRateOrNone,
      defaultRates.customKeyStore,
    )
    .option('--aws-rates', 'also enforce the request quotas of AWS KMS, per account and Region')
    .addOption(
      new Option(
        '--quota <name=number>',
        'override a resource quota of AWS, e.g. keys=500; repeatable',
      )
        .argParser(parseQuota)
        .default(
          awsQuotas,
          'keys=100000, aliasesPerKey=50, grantsPerKey=50000, customKeyStores=10',
        ),
    )
    .addOption(
      new Option('--log-level <level>', 'minimum log level').choices(logLevels).default('info'),
    )
    .addHelpText('after', UP_HELP)
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const stopped = untilSignal();
  try {
    await using installation = await startInstallation(options);
    process.stdout.write(readyText(installation, options.data));
    await stopped;
  } catch (error) {
    process.stderr.write(`keyhold: ${startFailureText(error, options)}\n`);
    process.exitCode = 1;
  }
}
