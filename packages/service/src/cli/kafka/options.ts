import { Command, Option } from 'commander'
import { dataDirOption } from '../options.ts'

/** Which brokers a verb asks, and how it logs in there. */
export interface KafkaFlags {
  dataDir: string
  cluster?: string
  login?: ListenerLogin
  bootstrap?: string
  tls?: boolean
  tlsCa?: string
  tlsCert?: string
  tlsKey?: string
  sasl?: SaslName
  user?: string
  password?: string
  region?: string
}

const listenerLogins = ['plaintext', 'tls', 'scram', 'iam'] as const
export type ListenerLogin = (typeof listenerLogins)[number]

const saslNames = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'AWS_MSK_IAM'] as const
type SaslName = (typeof saslNames)[number]

/** The same for every verb that speaks Kafka's protocol. */
function kafkaOptions(): Option[] {
  return [
    dataDirOption(),
    new Option('--cluster <name>', 'of the running service (default: its default cluster)'),
    new Option(
      '--login <way>',
      'which of the cluster’s listeners, and so how it is logged in (default: the first it has)',
    ).choices(listenerLogins),
    new Option('-b, --bootstrap <host:port,...>', 'any other cluster').conflicts(['cluster', 'login']),
    new Option('--tls', 'encrypt'),
    new Option('--tls-ca <file>', 'whom to trust, PEM (default: whom Node trusts)').implies({ tls: true }),
    new Option('--tls-cert <file>', 'show this certificate, PEM').implies({ tls: true }),
    new Option('--tls-key <file>', 'its private key, PEM').implies({ tls: true }),
    new Option('--sasl <mechanism>', 'log in').choices(saslNames),
    new Option('--user <name>', 'for PLAIN and SCRAM'),
    new Option('--password <text>', 'for PLAIN and SCRAM').env('SLUICE_PASSWORD'),
    new Option('--region <name>', 'for AWS_MSK_IAM; its keys come from AWS_ACCESS_KEY_ID, …').env(
      'AWS_REGION',
    ),
  ]
}

/** A verb that speaks Kafka's protocol. Its own options come first in its help. */
export function kafkaVerb(name: string, description: string, options: readonly Option[] = []): Command {
  const verb = new Command(name).description(description)
  for (const option of [...options, ...kafkaOptions()]) verb.addOption(option)
  return verb
}

export function dryRunOption(): Option {
  return new Option('--dry-run', 'only say what would be done')
}
