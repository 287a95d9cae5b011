import type { ClientConfigs, ClientName } from './api.ts'

/** How each client is told where the brokers are. */
export function clientConfigs(brokers: readonly string[]): ClientConfigs {
  const bootstrap = { 'bootstrap.servers': brokers.join(',') }
  return {
    kafkajs: { brokers: [...brokers] },
    confluent: bootstrap,
    platformatic: { bootstrapBrokers: [...brokers] },
    java: bootstrap,
  }
}

export function isClientName(name: string, configs: ClientConfigs): name is ClientName {
  return Object.hasOwn(configs, name)
}
