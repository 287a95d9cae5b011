import type { Clock, Logger, Random } from '@sluice/effects'
import {
  bearerMessage,
  type Identity,
  invalidCredentials,
  LoginRefused,
  type SaslExchange,
  type SaslMechanism,
  type SaslStep,
} from '@sluice/engine'
import { connectRequestOfToken, tokenHost } from '../../../iam/bearer-token.ts'
import type { ClusterAccess } from '../../../iam/cluster-access.ts'
import { type ConnectIdentity, ConnectRefused, ConnectVerifier } from '../../../iam/connect-request.ts'
import type { KeyOwner } from '../../../iam/identities.ts'
import { connectRequestOfMessage, messageVersion } from '../../../iam/msk-iam-message.ts'
import { refusalText } from '../../../iam/policy/decision.ts'
import { ListenerName, type NodeListener } from '../engine.ts'
import { hostNames } from '../listeners.ts'
import { IamPermissions, ownersPermissions } from './iam-permissions.ts'

export function hasIam(listeners: readonly { name: string }[]): boolean {
  return listeners.some(({ name }) => name === ListenerName.clientIam)
}

/**
 * Both mechanisms of MSK's IAM login at a broker with these listeners: `AWS_MSK_IAM`, which is signed for the broker that
 * the client dials, and `OAUTHBEARER`, whose token is signed for the region's endpoint. Whoever may not connect is refused
 * as one who has no key; everybody else brings what they may do.
 */
export function iamMechanisms(
  access: ClusterAccess,
  listeners: readonly Pick<NodeListener, 'host' | 'advertised'>[],
  effects: { clock: Clock; random: Random; logger: Logger },
): SaslMechanism[] {
  const { clock, random, logger } = effects
  const { identities } = access
  const verifier = new ConnectVerifier(identities, clock)
  const ownHosts = hostNames(listeners)
  const tokenHosts = new Set([tokenHost(identities.region)])
  const ids = { uuid: () => random.uuid() }
  const admitted = (identity: ConnectIdentity<KeyOwner>, client: string): Identity => {
    const { owner, expiresAtMs } = identity
    const permissions = new IamPermissions(owner, access, client, { clock, logger })
    const { question, decision } = permissions.connect()
    if (!decision.isAllowed) {
      access.refusals.tell(logger, question, decision)
      throw new ConnectRefused(refusalText(question, decision))
    }
    const isOwner = isAccountItself(owner, access)
    return {
      principal: `IAM:${owner.caller.arn}`,
      expiresAtMs,
      permissions: isOwner ? ownersPermissions(access.clusterArn) : permissions,
    }
  }
  return [
    {
      name: 'AWS_MSK_IAM',
      begin: () =>
        mskIamExchange(ids, (text, client) =>
          admitted(verifier.verify(connectRequestOfMessage(text), ownHosts), client),
        ),
    },
    {
      name: 'OAUTHBEARER',
      begin: () =>
        bearerExchange(ids, (text, client) =>
          admitted(verifier.verify(connectRequestOfToken(text), tokenHosts), client),
        ),
    },
  ]
}

/** Nobody need be asked for each request of the account's own key. */
function isAccountItself({ caller, session }: KeyOwner, { identities }: ClusterAccess): boolean {
  return session === null && caller.arn === identities.owner.caller.arn
}

type Verify = (shown: string, client: string) => Identity

/** One message, which is answered with the request's id; MSK's library for Java takes no empty answer. */
function mskIamExchange(ids: { uuid(): string }, verify: Verify): SaslExchange {
  return {
    evaluate: (message, client) => {
      const id = ids.uuid()
      const done = judged(id, () => verify(message.toString(), client))
      const reply = JSON.stringify({ version: messageVersion, 'request-id': id })
      return { reply: Buffer.from(reply), done }
    },
  }
}

const invalidToken = Buffer.from(JSON.stringify({ status: 'invalid_token' }))

/** One message (RFC 7628); a token that lets nobody in is answered with JSON, and refused when the client has heard that. */
function bearerExchange(ids: { uuid(): string }, verify: Verify): SaslExchange {
  return {
    evaluate: (message, client): SaslStep => {
      const { token, authorizationId } = bearerMessage(message.toString())
      const identity = judged(ids.uuid(), () => verify(token, client), invalidToken)
      if (authorizationId && `IAM:${authorizationId}` !== identity.principal)
        throw invalidCredentials('OAUTHBEARER', `${identity.principal} would be somebody else`)
      return { reply: Buffer.alloc(0), done: identity }
    },
  }
}

function judged(id: string, verify: () => Identity, challenge: Buffer | null = null): Identity {
  try {
    return verify()
  } catch (error) {
    if (!(error instanceof ConnectRefused)) throw error
    throw new LoginRefused(`[${id}]: Access denied`, error.message, { challenge, facts: { request: id } })
  }
}
