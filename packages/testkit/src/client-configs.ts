import type { ClientConfigs, ClientName } from './api.ts'
import { type Login, openLogin, user } from './login.ts'

/** How each client is told where the brokers are, and who it is. */
export function clientConfigs(addresses: readonly string[], login: Login = openLogin): ClientConfigs {
  const brokers = [...addresses]
  const bootstrap = { 'bootstrap.servers': brokers.join(',') }
  const own = loginConfigs(login)
  return {
    kafkajs: { brokers, ...own.kafkajs },
    confluent: { ...bootstrap, ...own.confluent },
    platformatic: { bootstrapBrokers: brokers, ...own.platformatic },
    java: { ...bootstrap, ...own.java },
  }
}

interface LoginConfigs {
  readonly kafkajs: Partial<ClientConfigs['kafkajs']>
  readonly confluent: Record<string, string>
  readonly platformatic: Partial<ClientConfigs['platformatic']>
  readonly java: Record<string, string>
}

function loginConfigs(login: Login): LoginConfigs {
  const [tls, sasl] = [tlsConfigs(login), saslConfigs(login)]
  const protocol = { ...(login.protocol !== 'PLAINTEXT' && { 'security.protocol': login.protocol }) }
  return {
    kafkajs: { ...sasl.kafkajs, ...tls.kafkajs },
    confluent: { ...protocol, ...sasl.confluent, ...tls.confluent },
    platformatic: { ...sasl.platformatic, ...tls.platformatic },
    java: { ...protocol, ...sasl.java, ...tls.java },
  }
}

const none: LoginConfigs = { kafkajs: {}, confluent: {}, platformatic: {}, java: {} }

const kafkajsNames = { 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const

function saslConfigs(login: Login): LoginConfigs {
  if (login.auth === 'iam') return iamConfigs(login)
  if (login.auth === 'plain') return passwordConfigs('PLAIN', 'plain', 'plain.PlainLoginModule')
  if (login.scram === null) return none
  return passwordConfigs(login.scram, kafkajsNames[login.scram], 'scram.ScramLoginModule')
}

function passwordConfigs(
  mechanism: 'PLAIN' | NonNullable<Login['scram']>,
  kafkajsName: 'plain' | 'scram-sha-256' | 'scram-sha-512',
  module: string,
): LoginConfigs {
  const { username, password } = user
  const common = { 'sasl.mechanism': mechanism }
  return {
    kafkajs: { sasl: { mechanism: kafkajsName, username, password } },
    confluent: { ...common, 'sasl.username': username, 'sasl.password': password },
    platformatic: { sasl: { mechanism, username, password } },
    java: {
      ...common,
      'sasl.jaas.config': `org.apache.kafka.common.security.${module} required username="${username}" password="${password}";`,
    },
  }
}

/** librdkafka has tokens by a callback alone, and Java by MSK's own library, which finds the keys in its environment. */
function iamConfigs({ token }: Login): LoginConfigs {
  const library = 'software.amazon.msk.auth.iam'
  return {
    kafkajs: {
      sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: token() }) },
    },
    confluent: { 'sasl.mechanism': 'OAUTHBEARER' },
    platformatic: { sasl: { mechanism: 'OAUTHBEARER', token: token() } },
    java: {
      'sasl.mechanism': 'AWS_MSK_IAM',
      'sasl.jaas.config': `${library}.IAMLoginModule required;`,
      'sasl.client.callback.handler.class': `${library}.IAMClientCallbackHandler`,
    },
  }
}

/** Whom a client believes, and what it shows where it has to. */
function tlsConfigs({ authority, client }: Login): LoginConfigs {
  if (authority === null) return none
  const tls = { ca: [authority], ...(client && { key: client.key, cert: client.certificate }) }
  return {
    kafkajs: { ssl: tls },
    confluent: {
      'ssl.ca.pem': authority,
      ...(client && { 'ssl.key.pem': client.key, 'ssl.certificate.pem': client.certificate }),
    },
    platformatic: { tls },
    java: {
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': authority,
      ...(client && {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.key': client.key,
        'ssl.keystore.certificate.chain': client.certificate,
      }),
    },
  }
}

export function isClientName(name: string, configs: ClientConfigs): name is ClientName {
  return Object.hasOwn(configs, name)
}
