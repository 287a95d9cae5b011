import type { Clock, Random } from '@sluice/effects'
import type { BrokerConfigName } from '../../metadata/config-names.generated.ts'
import type { BrokerConfig } from '../../metadata/configs.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { ListenerOptions } from '../listeners.ts'
import type { RefusalLog } from '../refusal-log.ts'
import type { SaslMechanism } from './mechanism.ts'
import { Plain } from './plain.ts'
import { SaslLogin } from './sasl-login.ts'
import { Scram, scramMechanisms, type ScramMechanismName } from './scram.ts'

interface LoginParts {
  readonly clock: Clock
  readonly refusals: RefusalLog
  readonly random: Random
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  /** Those of whoever has started the node, which the engine does not know. */
  readonly mechanisms: readonly SaslMechanism[]
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
    sessionMsMax: (mechanism: string) =>
      Number(
        config.mechanismValue(listener.name, mechanism, 'connections.max.reauth.ms') ??
          of('connections.max.reauth.ms'),
      ),
    failureDelayMs: () => config.int('connection.failed.authentication.delay.ms'),
  }
  return () => new SaslLogin(options)
}

function mechanismOf(name: string, listener: ListenerOptions, parts: LoginParts): SaslMechanism {
  const given = parts.mechanisms.find((one) => one.name === name)
  if (given) return given
  const of = (config: BrokerConfigName) => parts.config.mechanismValue(listener.name, name, config)
  if (name === 'PLAIN') return new Plain(of('sasl.jaas.config') ?? '')
  if (!isScram(name)) {
    const served = ['PLAIN', ...Object.keys(scramMechanisms), ...parts.mechanisms.map((one) => one.name)]
    throw new Error(`listener ${listener.name} wants the mechanism ${name}; served are ${served.join(', ')}`)
  }
  const { id } = scramMechanisms[name]
  const credentialOf = (user: string) => parts.metadata.security.scramCredential(id, user)
  return new Scram({ name, random: parts.random, credentialOf })
}

function isScram(name: string): name is ScramMechanismName {
  return name in scramMechanisms
}
