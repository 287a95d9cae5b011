import {
  type Address,
  ConnectionClosedError,
  KafkaError,
  LoginError,
  UnsupportedVersionError,
} from '@sluice/client'
import { type ErrorCode, errorInfo } from '@sluice/wire'
import { codeOf, OperatingError } from '../../fleet/operating-error.ts'

type ErrorName = keyof typeof ErrorCode

/** Why a broker says that, and what to do, of what one meets on a command line. `explain` has all of them at length. */
const known: Partial<Record<ErrorName, readonly [why: string, next: string]>> = {
  UNKNOWN_TOPIC_OR_PARTITION: [
    'The cluster has no such topic or partition, or does not show it to this user.',
    'See what there is with `topic list`, or make it with `topic create`.',
  ],
  TOPIC_ALREADY_EXISTS: [
    'A topic of this name is there.',
    'Take another name, or change that one with `topic alter`.',
  ],
  INVALID_TOPIC_EXCEPTION: [
    'A topic’s name has up to 249 letters, digits, dots, underscores and hyphens.',
    'Take another name.',
  ],
  INVALID_REPLICATION_FACTOR: [
    'There are fewer brokers than replicas asked for.',
    'Ask for fewer with --replicas, or leave it away for the broker’s default.',
  ],
  INVALID_PARTITIONS: [
    'A topic’s partitions only grow in number.',
    'Ask for more than it has: see `topic describe`.',
  ],
  INVALID_CONFIG: [
    'A config has no such name, or not such a value.',
    'See names and values with `config get`.',
  ],
  TOPIC_AUTHORIZATION_FAILED: [
    'This user may not do that with this topic.',
    'Log in as another user, or let the owner of the cluster give this one the right.',
  ],
  GROUP_AUTHORIZATION_FAILED: [
    'This user may not do that with this group.',
    'Log in as another user, or let the owner of the cluster give this one the right.',
  ],
  CLUSTER_AUTHORIZATION_FAILED: [
    'This user may not do that in this cluster.',
    'Log in as another user, or let the owner of the cluster give this one the right.',
  ],
  NON_EMPTY_GROUP: [
    'The group has members, which would go on from where they are.',
    'Stop its consumers first.',
  ],
  UNKNOWN_MEMBER_ID: ['The group has members, and only they commit for it.', 'Stop its consumers first.'],
  GROUP_SUBSCRIBED_TO_TOPIC: ['Members of the group read this topic.', 'Stop its consumers first.'],
  GROUP_ID_NOT_FOUND: ['There is no such group.', 'See what there is with `group list`.'],
  OFFSET_OUT_OF_RANGE: ['The partition has no such offset.', 'See what it has with `topic describe`.'],
  NOT_ENOUGH_REPLICAS: [
    'Fewer replicas are in sync than min.insync.replicas asks for.',
    'See which are with `topic describe`; start the brokers that are missing.',
  ],
  MESSAGE_TOO_LARGE: [
    'It is larger than max.message.bytes of the topic.',
    'Raise that with `config set`, or write less at once.',
  ],
  LEADER_NOT_AVAILABLE: [
    'None of the partition’s replicas that are in sync runs.',
    'Start the brokers that are missing: `topic describe` names them.',
  ],
  POLICY_VIOLATION: ['What is asked for is against a rule of the cluster.', 'Ask for something else.'],
}

/** What a person is told of a failed verb; errors that are told already, and bugs, stay what they are. */
export function refusalOf(what: string, error: unknown, addresses: readonly Address[]): unknown {
  if (error instanceof KafkaError) return ofKafka(what, error)
  const where = addresses.map(({ host, port }) => `${host}:${port}`).join(', ')
  if (error instanceof LoginError)
    return new OperatingError(what, {
      code: 'SASL_AUTHENTICATION_FAILED',
      why: `The login at ${where} failed: ${error.message}.`,
      next: 'Check --sasl, --user and --password; the log of the broker has more.',
    })
  if (error instanceof UnsupportedVersionError)
    return new OperatingError(what, {
      code: 'UNSUPPORTED_VERSION',
      why: `${error.message}.`,
      next: 'The broker is too old for this, or too new: a newer release of either may do.',
    })
  if (error instanceof ConnectionClosedError)
    return new OperatingError(what, {
      code: 'CONNECTION_CLOSED',
      why: `A broker has closed the connection: ${error.message}.`,
      next: 'A listener that encrypts wants --tls, one where one logs in --sasl; else see whether the broker runs.',
    })
  const code = codeOf(error)
  if (code === undefined || error instanceof OperatingError || !isOfNetwork(code)) return error
  return new OperatingError(what, {
    code,
    why: `No broker answers at ${where}: ${(error as Error).message}`,
    next: nextOfNetwork(code),
  })
}

function ofKafka(what: string, { code, message }: KafkaError): OperatingError {
  const { name } = errorInfo(code)
  // Behind the name stands what the broker itself says, where it does.
  const said = message.slice(`${name} (${code})`.length).replace(/^: /, '')
  const [why, next] = known[name] ?? ['The broker refuses.', `See what it means: sluice explain ${name}`]
  return new OperatingError(what, { code: name, why: said === '' ? why : said, next })
}

const networkCodes =
  /^(ECONN|EHOST|ENET|ENOTFOUND|EAI_|ETIMEDOUT|EPROTO|ERR_SSL|ERR_TLS|CERT|DEPTH_|UNABLE_|SELF_)/

function isOfNetwork(code: string): boolean {
  return networkCodes.test(code)
}

function nextOfNetwork(code: string): string {
  if (/^(CERT|DEPTH_|UNABLE_|SELF_|ERR_TLS)/.test(code))
    return 'Name the authority of its certificate with --tls-ca, and the host as the certificate has it.'
  if (/^(EPROTO|ERR_SSL)/.test(code)) return 'That listener does not encrypt, it seems: leave --tls away.'
  if (/^(ENOTFOUND|EAI_)/.test(code)) return 'Check the name of the host.'
  return 'See whether the brokers run, and whether this is their address.'
}
