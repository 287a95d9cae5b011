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
  if (login.auth === 'mtls') return certificateConfigs(login)
  if (login.auth === 'iam') return iamConfigs(login)
  if (login.auth === undefined) return { kafkajs: {}, confluent: {}, platformatic: {}, java: {} }
  return passwordConfigs(login.auth)
}

function passwordConfigs(auth: 'plain' | 'scram'): LoginConfigs {
  const mechanism = auth === 'plain' ? 'PLAIN' : 'SCRAM-SHA-256'
  const { username, password } = user
  const module = auth === 'plain' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  const common = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': mechanism }
  return {
    kafkajs: { sasl: { mechanism: auth === 'plain' ? 'plain' : 'scram-sha-256', username, password } },
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
  const protocol = { 'security.protocol': 'SASL_PLAINTEXT' }
  const library = 'software.amazon.msk.auth.iam'
  return {
    kafkajs: {
      sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: token() }) },
    },
    confluent: { ...protocol, 'sasl.mechanism': 'OAUTHBEARER' },
    platformatic: { sasl: { mechanism: 'OAUTHBEARER', token: token() } },
    java: {
      ...protocol,
      'sasl.mechanism': 'AWS_MSK_IAM',
      'sasl.jaas.config': `${library}.IAMLoginModule required;`,
      'sasl.client.callback.handler.class': `${library}.IAMClientCallbackHandler`,
    },
  }
}

function certificateConfigs({ certificates }: Login): LoginConfigs {
  const { authority: ca = '', key = '', certificate: cert = '' } = certificates ?? {}
  return {
    kafkajs: { ssl: { ca: [ca], key, cert } },
    confluent: {
      'security.protocol': 'SSL',
      'ssl.ca.pem': ca,
      'ssl.key.pem': key,
      'ssl.certificate.pem': cert,
    },
    platformatic: { tls: { ca: [ca], key, cert } },
    java: {
      'security.protocol': 'SSL',
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': ca,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.key': key,
      'ssl.keystore.certificate.chain': cert,
    },
  }
}

export function isClientName(name: string, configs: ClientConfigs): name is ClientName {
  return Object.hasOwn(configs, name)
}
