import { Option } from 'commander'
import {
  clientListeners,
  type ClientListenerName,
  isClientListener,
  type ListenerName,
} from '../fleet/engines/engine.ts'
import { loopbackAddress, type Reach } from '../fleet/reach.ts'
import { UsageError } from '../usage-error.ts'

/** The names of a reach, as they are asked for. */
export type AdvertisedHosts = Pick<Reach, 'advertisedHost' | 'advertisedHosts'>

export function hostOption(): Option {
  return new Option(
    '--host <address>',
    'the address that brokers and the AWS endpoint listen on: 0.0.0.0 lets containers and other machines in (default: 127.0.0.1)',
  ).argParser(parseHost)
}

export function advertisedHostOption(): Option {
  return new Option(
    '--advertised-host <name...>',
    'what clients are told in place of the address that they have dialled: a name, or LISTENER=name for one listener',
  )
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/

export const advertisedForm = `a host’s name, or LISTENER=name with one of ${Object.keys(clientListeners).join(', ')}`

export function isAddress(value: unknown): boolean {
  if (typeof value !== 'string') return false
  return value.includes(':') ? URL.canParse(`http://[${value}]`) : ipv4.test(value)
}

export function isAdvertised(value: unknown): boolean {
  return typeof value === 'string' && advertisedOf(value) !== null
}

/** Undefined where none is asked for. */
export function advertisedHosts(asked: string | readonly string[] | undefined): AdvertisedHosts | undefined {
  if (asked === undefined) return undefined
  const hosts: {
    advertisedHost: string | null
    advertisedHosts: Partial<Record<ClientListenerName, string>>
  } = {
    advertisedHost: null,
    advertisedHosts: {},
  }
  for (const text of [asked].flat()) {
    const one = advertisedOf(text)
    if (!one) throw new UsageError(`--advertised-host takes ${advertisedForm}, not "${text}".`)
    if (one.listener === null) hosts.advertisedHost = one.host
    else hosts.advertisedHosts[one.listener] = one.host
  }
  return hosts
}

/** What `start` gives to the service. */
export function reachOf(host: string | undefined, advertised: AdvertisedHosts | undefined): Reach {
  return { host: host ?? loopbackAddress, ...(advertised ?? { advertisedHost: null, advertisedHosts: {} }) }
}

function advertisedOf(text: string): { listener: ClientListenerName | null; host: string } | null {
  const [host = '', listener] = text.split('=').toReversed()
  if (!isAddress(host) && !/^[A-Za-z\d](?:[\w.-]{0,253}[A-Za-z\d])?$/.test(host)) return null
  if (listener === undefined) return { listener: null, host }
  return isClientListener(listener as ListenerName)
    ? { listener: listener as ClientListenerName, host }
    : null
}

function parseHost(text: string): string {
  if (!isAddress(text))
    throw new UsageError(
      `--host takes an address, such as 0.0.0.0 or 192.168.1.5, not "${text}". A name is for --advertised-host.`,
    )
  return text
}
