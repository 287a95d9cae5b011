import type { ClientConfigs, ClientName } from './api.ts'
import { type Auth, user } from './login.ts'

/** How each client is told where the brokers are, and who it is. */
export function clientConfigs(addresses: readonly string[], auth: Auth | undefined): ClientConfigs {
  const brokers = [...addresses]
  const bootstrap = { 'bootstrap.servers': brokers.join(',') }
  if (auth === undefined)
    return {
      kafkajs: { brokers },
      confluent: bootstrap,
      platformatic: { bootstrapBrokers: brokers },
      java: bootstrap,
    }
  const mechanism = auth === 'plain' ? 'PLAIN' : 'SCRAM-SHA-256'
  const { username, password } = user
  const module = auth === 'plain' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  const common = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': mechanism }
  return {
    kafkajs: {
      brokers,
      sasl: { mechanism: auth === 'plain' ? 'plain' : 'scram-sha-256', username, password },
    },
    confluent: { ...bootstrap, ...common, 'sasl.username': username, 'sasl.password': password },
    platformatic: { bootstrapBrokers: brokers, sasl: { mechanism, username, password } },
    java: {
      ...bootstrap,
      ...common,
      'sasl.jaas.config': `org.apache.kafka.common.security.${module} required username="${username}" password="${password}";`,
    },
  }
}

export function isClientName(name: string, configs: ClientConfigs): name is ClientName {
  return Object.hasOwn(configs, name)
}
