import type { Clock, Random } from '@sluice/effects'
import {
  invalidCredentials,
  LoginRefused,
  type SaslExchange,
  type SaslMechanism,
  type SaslStep,
} from '@sluice/engine'
import { connectRequestOfToken, tokenHost } from '../../../iam/bearer-token.ts'
import {
  type ConnectIdentity,
  ConnectRefused,
  ConnectVerifier,
  type IamDirectory,
} from '../../../iam/connect-request.ts'
import { connectRequestOfMessage, messageVersion } from '../../../iam/msk-iam-message.ts'
import { ListenerName, type NodeListener } from '../engine.ts'
import { hostNames } from '../listeners.ts'

export function hasIam(listeners: readonly { name: string }[]): boolean {
  return listeners.some(({ name }) => name === ListenerName.clientIam)
}

/**
 * Both mechanisms of MSK's IAM login at a broker with these listeners: `AWS_MSK_IAM`, which is signed for the broker that
 * the client dials, and `OAUTHBEARER`, whose token is signed for the region's endpoint.
 */
export function iamMechanisms(
  iam: IamDirectory,
  listeners: readonly Pick<NodeListener, 'host'>[],
  effects: { clock: Clock; random: Random },
): SaslMechanism[] {
  const verifier = new ConnectVerifier(iam, effects.clock)
  const ownHosts = hostNames(listeners)
  const tokenHosts = new Set([tokenHost(iam.region)])
  const ids = { uuid: () => effects.random.uuid() }
  return [
    {
      name: 'AWS_MSK_IAM',
      begin: () => mskIamExchange(ids, (text) => verifier.verify(connectRequestOfMessage(text), ownHosts)),
    },
    {
      name: 'OAUTHBEARER',
      begin: () => bearerExchange(ids, (text) => verifier.verify(connectRequestOfToken(text), tokenHosts)),
    },
  ]
}

type Verify = (shown: string) => ConnectIdentity

/** One message, which is answered with the request's id; MSK's library for Java takes no empty answer. */
function mskIamExchange(ids: { uuid(): string }, verify: Verify): SaslExchange {
  return {
    evaluate: (message) => {
      const id = ids.uuid()
      const { arn, expiresAtMs } = judged(id, () => verify(message.toString()))
      const reply = JSON.stringify({ version: messageVersion, 'request-id': id })
      return { reply: Buffer.from(reply), done: identityOf({ arn, expiresAtMs }) }
    },
  }
}

const invalidToken = Buffer.from(JSON.stringify({ status: 'invalid_token' }))

/** One message (RFC 7628); a token that lets nobody in is answered with JSON, and refused when the client has heard that. */
function bearerExchange(ids: { uuid(): string }, verify: Verify): SaslExchange {
  return {
    evaluate: (message): SaslStep => {
      const { token, authorizationId } = bearerOf(message.toString())
      const identity = judged(ids.uuid(), () => verify(token), invalidToken)
      if (authorizationId && authorizationId !== identity.arn)
        throw invalidCredentials('OAUTHBEARER', `${identity.arn} would be somebody else`)
      return { reply: Buffer.alloc(0), done: identityOf(identity) }
    },
  }
}

/** `n,a=somebody,`, then pairs, one of which is `auth=Bearer token`; each ends with a 1, and so does their list. */
function bearerOf(message: string): { token: string; authorizationId: string | undefined } {
  const [start = '', ...pairs] = message.split('\u0001')
  const header = /^n,(?:a=(?<authorizationId>[^,]*))?,$/.exec(start)
  const end = pairs.splice(-2)
  const [auth = '', another] = pairs.filter((pair) => pair.startsWith('auth='))
  const token = /^auth=bearer +(?<token>\S+)$/i.exec(auth)?.groups?.['token']
  if (!header || end.join('|') !== '|' || another !== undefined || token === undefined)
    throw invalidCredentials('OAUTHBEARER', 'the message is not one of OAUTHBEARER')
  return { token, authorizationId: header.groups?.['authorizationId'] }
}

function judged(id: string, verify: () => ConnectIdentity, challenge: Buffer | null = null): ConnectIdentity {
  try {
    return verify()
  } catch (error) {
    if (!(error instanceof ConnectRefused)) throw error
    throw new LoginRefused(`[${id}]: Access denied`, error.message, { challenge, facts: { request: id } })
  }
}

function identityOf({ arn, expiresAtMs }: ConnectIdentity) {
  return { principal: `User:${arn}`, expiresAtMs }
}
