import type { ConnectOptions, Disk, TlsCredentials, TlsServerOptions } from '@sluice/effects'
import type { BrokerConfigName } from '../metadata/config-names.generated.ts'
import type { BrokerConfig } from '../metadata/configs.ts'

/** Node's own figure for a handshake; Apache Kafka has none but connections.max.idle.ms. */
const handshakeMsMax = 30_000

const clientCertificates = { none: 'none', requested: 'requested', required: 'required' } as const

/**
 * How connections of one listener are encrypted, by the broker's `ssl.*` configs; those of the listener alone
 * (`listener.name.<its name>.ssl.*`) come first. Reads the files that they name. Only PEM is read: throws where a store
 * is of another type, is missing, or holds no key.
 */
export function listenerTls(listener: string, config: BrokerConfig, disk: Disk): TlsServerOptions {
  const of = (name: BrokerConfigName) => config.listenerValue(listener, name) as string | null
  const clientCertificate = clientCertificates[of('ssl.client.auth') as keyof typeof clientCertificates]
  const key = of('ssl.keystore.key')
  const chain = of('ssl.keystore.certificate.chain')
  const readStore = (type: string | null, path: string | null, name: string) =>
    path === null ? null : storeFile(disk, `listener ${listener}: ${name}`, type, path)
  const keystore =
    key !== null && chain !== null
      ? `${key}\n${chain}`
      : readStore(of('ssl.keystore.type'), of('ssl.keystore.location'), 'ssl.keystore')
  if (keystore === null)
    throw new Error(`listener ${listener} has no certificate: ssl.keystore.location is not set`)
  const authorities =
    of('ssl.truststore.certificates') ??
    readStore(of('ssl.truststore.type'), of('ssl.truststore.location'), 'ssl.truststore') ??
    ''
  const passphrase = of('ssl.key.password')
  const credentials: TlsCredentials = {
    key: keystore,
    certificates: keystore,
    authorities,
    ...(passphrase !== null && { passphrase }),
    ...revocationsOf(authorities),
  }
  return { credentials, clientCertificate, handshakeMsMax }
}

/**
 * The same for whoever connects to a listener of that name at another node: who it is, and whom it believes there. So
 * Apache Kafka's brokers go to their controllers and to each other.
 */
export function clientTls(
  listener: string,
  config: BrokerConfig,
  disk: Disk,
): NonNullable<ConnectOptions['tls']> {
  return listenerTls(listener, config, disk).credentials
}

/** A truststore file may hold revocation lists behind its certificates, as OpenSSL takes them. */
function revocationsOf(truststore: string): Pick<TlsCredentials, 'revocations'> {
  const lists = truststore.match(/-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----/g)
  return lists ? { revocations: [...lists] } : {}
}

function storeFile(disk: Disk, whose: string, type: string | null, path: string): string {
  if (type?.toUpperCase() !== 'PEM') throw new Error(`${whose}.type is ${type}; only PEM is served`)
  try {
    return disk.readFileSync(path).toString()
  } catch (cause) {
    throw new Error(`${whose}.location=${path} cannot be read`, { cause })
  }
}
