import type { Clock, Disk, Logger, Random, Urls } from '@sluice/effects'
import type { BrokerConfigName } from '../../metadata/config-names.generated.ts'
import type { BrokerConfig } from '../../metadata/configs.ts'
import { DelegationTokens } from '../../metadata/delegation-tokens.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { ListenerOptions } from '../listeners.ts'
import type { RefusalLog } from '../refusal-log.ts'
import { jaasOptions } from './jaas.ts'
import type { GivenMechanisms, SaslMechanism } from './mechanism.ts'
import { OAuthBearer } from './oauthbearer/oauth-bearer.ts'
import { signedTokens, unsecuredTokens } from './oauthbearer/validators.ts'
import { Plain } from './plain.ts'
import { SaslLogin } from './sasl-login.ts'
import { ScramUsers } from './scram-users.ts'
import { Scram, scramMechanisms, type ScramMechanismName } from './scram.ts'

interface LoginParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly refusals: RefusalLog
  readonly disk: Disk
  /** Without it no keys of tokens can be read but those in files. */
  readonly urls?: Urls | undefined
  readonly random: Random
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  readonly mechanisms: GivenMechanisms
}

/**
 * How clients of a listener log in, by its `sasl.enabled.mechanisms`; null where they need not. Throws where it names a
 * mechanism that is not served.
 */
export function loginsOf(listener: ListenerOptions, parts: LoginParts): (() => SaslLogin) | null {
  if (!listener.protocol.startsWith('SASL_')) return null
  const { clock, refusals, config } = parts
  const of = (name: BrokerConfigName) => config.listenerValue(listener.name, name)
  const names = of('sasl.enabled.mechanisms') as readonly string[]
  const mechanisms = new Map(names.map((name) => [name, mechanismOf(name, listener, parts)]))
  const options = {
    clock,
    refusals,
    mechanisms,
    refusedPrincipal: listener.refusedPrincipal ?? null,
    sessionMsMax: (mechanism: string) => {
      const value = valuesOf(listener, mechanism, config)
      return Number(value('connections.max.reauth.ms'))
    },
    failureDelayMs: () => config.int('connection.failed.authentication.delay.ms'),
  }
  return () => new SaslLogin(options)
}

function mechanismOf(name: string, listener: ListenerOptions, parts: LoginParts): SaslMechanism {
  const ofListener = parts.mechanisms[listener.name] ?? []
  const given = ofListener.find((one) => one.name === name)
  if (given) return given
  const value = valuesOf(listener, name, parts.config)
  if (name === 'PLAIN') return new Plain(jaasOf('PlainLoginModule', listener, value))
  if (name === 'OAUTHBEARER') return oauthBearer(listener, value, parts)
  if (!isScram(name)) {
    const served = [
      'PLAIN',
      'OAUTHBEARER',
      ...Object.keys(scramMechanisms),
      ...ofListener.map((one) => one.name),
    ]
    throw new Error(`listener ${listener.name} wants the mechanism ${name}; served are ${served.join(', ')}`)
  }
  const tokens = new DelegationTokens({ image: parts.metadata, config: parts.config })
  const users = new ScramUsers({ ...parts, mechanism: name, tokens })
  const knownAs = (user: string, isToken: boolean) => (isToken ? users.token(user) : users.user(user))
  return new Scram({ name, random: parts.random, knownAs })
}

const oauthBearerPackage = 'org.apache.kafka.common.security.oauthbearer'

/** By Apache Kafka's default, which is for tests, tokens are believed as they are. */
function oauthBearer(listener: ListenerOptions, value: Values, parts: LoginParts): SaslMechanism {
  const jaas = jaasOf('OAuthBearerLoginModule', listener, value)
  const handler = value('sasl.server.callback.handler.class')
  return new OAuthBearer(
    handler === `${oauthBearerPackage}.OAuthBearerValidatorCallbackHandler`
      ? signedTokens({ ...parts, listener: listener.name, value })
      : unsecuredTokens(parts.clock, jaas),
  )
}

function jaasOf(module: string, { name }: ListenerOptions, value: Values): ReadonlyMap<string, string> {
  const options = jaasOptions(String(value('sasl.jaas.config') ?? ''), module)
  if (!options) throw new Error(`listener ${name} has no sasl.jaas.config that names ${module}`)
  return options
}

type Values = ReturnType<typeof valuesOf>

function valuesOf({ name: listener }: ListenerOptions, mechanism: string, config: BrokerConfig) {
  return (name: BrokerConfigName) => config.mechanismConfig(listener, mechanism, name)
}

function isScram(name: string): name is ScramMechanismName {
  return Object.hasOwn(scramMechanisms, name)
}
