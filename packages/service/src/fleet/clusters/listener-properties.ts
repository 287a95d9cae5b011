import type { Engine } from '../engines/engine.ts'
import { loginProperty, scramPrefix, usualLogins } from '../engines/listeners.ts'

/*
 * What the owner of a cluster may say of its listeners, by Kafka's own names: how clients log in beside SCRAM-SHA-512, at the
 * listener that has that. All else that begins with `listener.name.` follows from the cluster's shape.
 */

type Properties = Readonly<Record<string, string>>

const handler = 'oauthbearer.sasl.server.callback.handler.class'
const bearerPackage = 'org.apache.kafka.common.security.oauthbearer'

/** Of each name that says which code shall run: the code that does. */
const servedModules: Readonly<Record<string, string>> = {
  'plain.sasl.jaas.config': 'org.apache.kafka.common.security.plain.PlainLoginModule',
  'oauthbearer.sasl.jaas.config': `${bearerPackage}.OAuthBearerLoginModule`,
  [handler]: `${bearerPackage}.OAuthBearerValidatorCallbackHandler`,
}
/** What it is about needs no more than a look at the value, which is the engine's affair. */
const settable =
  /^(?:(?:plain|oauthbearer|scram-sha-(?:256|512))\.)?connections\.max\.reauth\.ms$|^(?:oauthbearer\.)?sasl\.oauthbearer\.(?:jwks\.endpoint\.(?:url|refresh\.ms|retry\.backoff(?:\.max)?\.ms)|expected\.(?:audience|issuer)|allow\.unverified\.(?:audience|issuer)|(?:scope|sub)\.claim\.name|clock\.skew\.seconds)$/

/** Names that say how clients log in where they are of one listener, or of all. */
const needPrefix: ReadonlyMap<string, string> = new Map([
  ['sasl.enabled.mechanisms', loginProperty],
  ['sasl.jaas.config', `${scramPrefix}plain.sasl.jaas.config`],
  ['sasl.server.callback.handler.class', `${scramPrefix}${handler}`],
])

/** Does it say something of one listener, or of logins? Then `listenerProblem` has the whole say. */
export function isOfListeners(name: string): boolean {
  return name.startsWith('listener.name.') || needPrefix.has(name)
}

/** Could it be set, with some value? */
export function isServedOfListeners(name: string): boolean {
  if (!name.startsWith(scramPrefix)) return false
  const rest = name.slice(scramPrefix.length)
  return name === loginProperty || Object.hasOwn(servedModules, rest) || settable.test(rest)
}

/** What is wrong with one of these properties, as a sentence; null where all is well. Never its value, which may be secret. */
export function listenerProblem(set: Properties, name: string, engine: Engine): string | null {
  const instead = needPrefix.get(name)
  if (instead !== undefined) return `The property ${name} is set of one listener: name it ${instead}.`
  if (!isServedOfListeners(name))
    return `The property ${name} is set by Sluice itself: of listeners, ${scramPrefix}… takes what says how clients log in there (${loginProperty}, plain.sasl.jaas.config, oauthbearer.…).`
  const value = set[name] ?? ''
  const served = servedModules[name.slice(scramPrefix.length)]
  if (served !== undefined && value.trim().split(/[\s;]/)[0] !== served)
    return `The property ${name} names another class than ${served}, which is all that is served.`
  if (engine.loginMechanisms.size === 1)
    return `The property ${name} cannot be set: the engine ${engine.name} has ${usualLogins} alone at that listener; the embedded one has more.`
  return name === loginProperty ? mechanismsProblem(set, value, engine) : null
}

function mechanismsProblem(set: Properties, value: string, { loginMechanisms }: Engine): string | null {
  const mechanisms = value.split(',').map((one) => one.trim())
  const unknown = mechanisms.find((one) => !loginMechanisms.has(one))
  if (unknown !== undefined)
    return `The property ${loginProperty} names "${unknown}"; served are ${[...loginMechanisms].join(', ')}.`
  if (!mechanisms.includes(usualLogins))
    return `The property ${loginProperty} leaves out ${usualLogins}, by which the users of secrets log in.`
  const isUnjudged = mechanisms.includes('OAUTHBEARER') && set[scramPrefix + handler] === undefined
  return isUnjudged
    ? `The property ${loginProperty} names OAUTHBEARER, and by Kafka's default every token would be believed: set ${scramPrefix}${handler} to ${servedModules[handler]}.`
    : null
}
