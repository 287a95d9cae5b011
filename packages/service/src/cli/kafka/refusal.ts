import {
  type Address,
  ConnectionClosedError,
  kafkaExplanations,
  KafkaError,
  LoginError,
  UnsupportedVersionError,
} from '@sluice/client'
import { errorInfo } from '@sluice/wire'
import { codeOf, OperatingError } from '../../fleet/operating-error.ts'

/** What a person is told of a failed verb; errors that are told already, and bugs, stay what they are. */
export function refusalOf(what: string, error: unknown, addresses: readonly Address[]): unknown {
  if (error instanceof KafkaError) return ofKafka(what, error)
  const where = addresses.map(({ host, port }) => `${host}:${port}`).join(', ')
  if (error instanceof LoginError)
    return new OperatingError(what, {
      code: 'SASL_AUTHENTICATION_FAILED',
      why: `The login at ${where} failed: ${error.message}.`,
      next: 'Check --sasl, --user and --password (of AWS_MSK_IAM: AWS_ACCESS_KEY_ID and what goes with it); the log of the broker has more.',
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
  const { meaning, causes, next } = kafkaExplanations.get(name) ?? {
    ...{ meaning: 'The broker refuses.', causes: '', next: `sluice explain ${name}` },
  }
  return new OperatingError(what, {
    code: name,
    why: said === '' ? `${meaning} ${causes}` : said,
    next: ownNext[name] ?? next,
  })
}

/** Where a verb of ours is what helps, whatever a client in a program would do. */
const ownNext: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION:
    '`topic list` names those that there are, `topic create` makes one: verbs of ours make none by themselves.',
  TOPIC_ALREADY_EXISTS:
    'Use it, or another name (`import --rename`); `topic delete`, and `reset` for all of them, take away what is there.',
  GROUP_ID_NOT_FOUND: '`group list` names those that there are.',
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
