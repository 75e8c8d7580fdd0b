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
import { readyText, UP_HELP, whatToDo } from './up-messages.ts';

/** `keyhold up`: the front end and the HSM processes of this machine, until a signal comes. */
export function upCommand(): Command {
  return new Command('up')
    .description('start Keyhold: the AWS APIs and the HSM processes of this machine')
    .option('--port <port>', 'port to listen on; 0 is any free one', parsePort, 4599)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--data <folder>', 'data folder').env('KEYHOLD_DATA').default('.keyhold'))
    .option(
      '--account <id>',
      'account to make at the first start (default: 111122223333)',
      parseAccount,
    )
    .option(
      '--region <region>',
      'Region of the config file (default: as before, at first us-east-1)',
      parseRegion,
    )
    .option(
      '--clock-offset <time>',
      'run this far ahead of the machine’s clock: 400d, 12h, 30m, 15s',
      parseDuration,
      0,
    )
    .option('--tls', 'speak HTTPS, with a certificate from an authority in the data folder')
    .option(
      '--tls-name <name...>',
      'further DNS names and addresses that the certificate is for',
      [],
    )
    .option(
      '--tls-certificate <file>',
      'speak HTTPS with this certificate (PEM, its issuers after it), read again when it changes',
    )
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--insecure-listen', 'allow an address that others reach without TLS')
    .option(
      '--trusted-proxy <address>',
      'believe X-Forwarded-For and -Proto from this address or CIDR block; may be given several times',
      parseProxy,
      [],
    )
    .option(
      '--attestation-root <file>',
      'root certificate (PEM) of the attestation documents that Recipient may have',
    )
    .option(
      '--hsm-hosts <address:port>',
      'let other machines run HSMs: where they connect to (keyhold hsm enrol)',
      parseHostAndPort,
    )
    .option(
      '--hsm-rate <rate>',
      'operations per second of each HSM: 2000, or symmetric=2000 asymmetric=100 one by one',
      parseHsmRate,
    )
    .option(
      '--audit-retention <time>',
      'remove full files of the audit trail this long after their last event: 400d (default: never)',
      parseDuration,
    )
    .option(
      '--principal-rate <number>',
      'requests per second that each user or role may make (default: any number)',
      parseRate,
    )
    .addOption(
      new Option(
        '--settle-time <time>',
        'how long replicas are Creating, primary keys Updating, rotations under way: 5s',
      )
        .argParser(parseDuration)
        .default(150, 'a moment'),
    )
    .option(
      '--custom-key-store-rate <number>',
      'cryptographic operations per second with each custom key store; none for any number',
      parseRateOrNone,
      defaultRates.customKeyStore,
    )
    .option('--aws-rates', 'also keep to the request quotas of AWS KMS, per account and Region')
    .addOption(
      new Option(
        '--quota <name=number>',
        'another resource quota than AWS’s: keys=500; may be given several times',
      )
        .argParser(parseQuota)
        .default(
          awsQuotas,
          'keys=100000, aliasesPerKey=50, grantsPerKey=50000, customKeyStores=10',
        ),
    )
    .addOption(
      new Option('--log-level <level>', 'least level to log').choices(logLevels).default('info'),
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
    process.stderr.write(`keyhold: ${whatToDo(error, options)}\n`);
    process.exitCode = 1;
  }
}
