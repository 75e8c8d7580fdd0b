/**
 * The AWS services that have an AWS managed key, by the name after `alias/aws/`, with the name that
 * `kms:ViaService` has for them. Source: "AWS managed keys" and "kms:ViaService" in the AWS KMS
 * Developer Guide.
 */
export const awsServices: ReadonlyMap<string, string> = new Map([
  ['acm', 'acm'],
  ['appflow', 'appflow'],
  ['backup', 'backup'],
  ['cloud9', 'cloud9'],
  ['codeartifact', 'codeartifact'],
  ['codecommit', 'codecommit'],
  ['connect', 'connect'],
  ['dms', 'dms'],
  ['dynamodb', 'dynamodb'],
  ['ebs', 'ec2'],
  ['elasticfilesystem', 'elasticfilesystem'],
  ['es', 'es'],
  ['fsx', 'fsx'],
  ['glue', 'glue'],
  ['kafka', 'kafka'],
  ['kinesis', 'kinesis'],
  ['kinesisvideo', 'kinesisvideo'],
  ['lambda', 'lambda'],
  ['lex', 'lex'],
  ['lightsail', 'lightsail'],
  ['rds', 'rds'],
  ['redshift', 'redshift'],
  ['s3', 's3'],
  ['secretsmanager', 'secretsmanager'],
  ['ses', 'ses'],
  ['sns', 'sns'],
  ['sqs', 'sqs'],
  ['ssm', 'ssm'],
  ['timestream', 'timestream'],
  ['workspaces', 'workspaces'],
  ['xray', 'xray'],
]);
