import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LogLevel } from '@sluice/effects'
import type { EngineName, Hosting } from '../fleet/engines/engine.ts'
import type { ClusterChoice, PortChoice } from '../service-options.ts'
import { type Pace, paces } from '../fleet/clusters/pace.ts'
import { jsonProblem } from '../fleet/json-problem.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { type StreamLimits, streamLimits } from '../streams/stream-limits.ts'
import { UsageError } from '../usage-error.ts'
import {
  advertisedForm,
  advertisedHosts,
  type AdvertisedHosts,
  isAddress,
  isAdvertised,
} from './reach-options.ts'

/** What `sluice start` was told, from the command line and the data directory's config.json. */
export interface StartSettings {
  dataDirectory: string
  apiPort: PortChoice
  kafkaPort: PortChoice
  cluster: ClusterChoice
  properties: Record<string, string>
  engine: EngineName | undefined
  hosting: Hosting | undefined
  metadataLossAccepted: readonly string[]
  region: string | undefined
  /** The address to bind; undefined: nobody has asked for one. */
  host: string | undefined
  advertised: AdvertisedHosts | undefined
  acceptAnySignature: boolean
  pace: Pace | undefined
  streamLimits: StreamLimits | undefined
  logLevel: LogLevel | undefined
}

/** The options of `start` as commander hands them over. */
export interface StartFlags {
  dataDir: string
  apiPort?: string
  kafkaPort?: string
  /** False for `--no-cluster`. */
  cluster?: string | false
  set?: string[]
  engine?: EngineName
  hosting?: Hosting
  acceptMetadataLoss?: string[]
  region?: string
  host?: string
  advertisedHost?: string[]
  acceptAnySignature?: boolean
  pace?: Pace
  streamLimits?: StreamLimits
  logLevel?: LogLevel
}

export const engineNames: readonly EngineName[] = ['embedded', 'apache-kafka']
export const hostings: readonly Hosting[] = ['inline', 'process']
const logLevels: readonly string[] = ['debug', 'info', 'warn', 'error']

/** The command line wins over the file, key by key. */
export function startSettings(flags: StartFlags): StartSettings {
  const dataDirectory = resolve(flags.dataDir)
  const file = readConfigFile(join(dataDirectory, 'config.json'))
  if ((flags.cluster ?? file.cluster) === false && flags.set !== undefined)
    throw new UsageError('--set is for the cluster that a start makes, and --no-cluster makes none.')
  return {
    dataDirectory,
    apiPort: portChoice('--api-port', flags.apiPort, file.apiPort),
    kafkaPort: portChoice('--kafka-port', flags.kafkaPort, file.kafkaPort),
    cluster: clusterChoice(flags.cluster ?? file.cluster),
    properties: { ...file.set, ...parseProperties(flags.set ?? []) },
    engine: flags.engine ?? file.engine,
    hosting: flags.hosting ?? file.hosting,
    metadataLossAccepted: flags.acceptMetadataLoss ?? [],
    region: flags.region ?? file.region,
    host: flags.host ?? file.host,
    advertised: advertisedHosts(flags.advertisedHost ?? file.advertisedHost),
    acceptAnySignature: flags.acceptAnySignature ?? file.acceptAnySignature ?? false,
    pace: flags.pace ?? file.pace,
    streamLimits: flags.streamLimits ?? file.streamLimits,
    logLevel: flags.logLevel ?? file.logLevel,
  }
}

/** Undefined: the port of the last run, or the default one, or another where that is taken. */
function portChoice(flag: string, text: string | undefined, fromFile: number | undefined): PortChoice {
  if (text === undefined) return fromFile
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new UsageError(`${flag} takes a port from 0 (any free one) to 65535, not "${text}".`)
  return port
}

function clusterChoice(name: string | false | undefined): ClusterChoice {
  if (name === undefined) return { kind: 'default' }
  if (name !== false && !isClusterName(name))
    throw new UsageError(`--cluster takes ${clusterNameRule}, not "${name}".`)
  return name === false ? { kind: 'none' } : { kind: 'named', name }
}

function parseProperties(pairs: readonly string[]): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError(`--set takes key=value, for example num.partitions=4, not "${pair}".`)
    properties[pair.slice(0, at).trim()] = pair.slice(at + 1).trim()
  }
  return properties
}

interface ConfigFile {
  apiPort?: number
  kafkaPort?: number
  cluster?: string | false
  set?: Record<string, string>
  engine?: EngineName
  hosting?: Hosting
  region?: string
  host?: string
  advertisedHost?: string | string[]
  acceptAnySignature?: boolean
  pace?: Pace
  streamLimits?: StreamLimits
  logLevel?: LogLevel
}

const isPort = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
const isRegion = (value: unknown) =>
  typeof value === 'string' && /^[a-z]{2,5}(-[a-z]{2,12}){1,2}-\d{1,2}$/.test(value)
/** MSK's rule for names of clusters. */
const isClusterName = (value: unknown) =>
  typeof value === 'string' && /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/.test(value)
const clusterNameRule = 'a name of up to 64 letters, digits and hyphens, which begins with no hyphen'

/** Every key that the file may hold, what it takes, and how to see that. */
const configKeys: Record<string, { takes: string; accepts: (value: unknown) => boolean }> = {
  apiPort: { takes: 'a port from 0 to 65535', accepts: isPort },
  kafkaPort: { takes: 'a port from 0 to 65535', accepts: isPort },
  cluster: {
    takes: `${clusterNameRule}, or false for no cluster`,
    accepts: (value) => isClusterName(value) || value === false,
  },
  set: {
    takes: 'an object of broker properties and their values as texts',
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((item) => typeof item === 'string'),
  },
  engine: {
    takes: engineNames.join(' or '),
    accepts: (value) => engineNames.some((name) => name === value),
  },
  hosting: {
    takes: hostings.join(' or '),
    accepts: (value) => hostings.some((name) => name === value),
  },
  region: { takes: 'the name of a region, such as "eu-west-1"', accepts: isRegion },
  host: { takes: 'an address, such as "0.0.0.0"', accepts: isAddress },
  advertisedHost: {
    takes: `${advertisedForm}, or a list of them`,
    accepts: (value) => [value].flat().every(isAdvertised),
  },
  acceptAnySignature: { takes: 'true or false', accepts: (value) => typeof value === 'boolean' },
  pace: { takes: paces.join(', '), accepts: (value) => paces.some((pace) => pace === value) },
  streamLimits: {
    takes: streamLimits.join(' or '),
    accepts: (value) => streamLimits.some((one) => one === value),
  },
  logLevel: { takes: logLevels.join(', '), accepts: (value) => logLevels.includes(String(value)) },
}

function readConfigFile(path: string): ConfigFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {}
    throw error
  }
  const refuse = (why: string, next: string) =>
    new OperatingError(`${path} is not a valid configuration.`, { code: 'CONFIG_INVALID', why, next })
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (error) {
    throw refuse(`It is not JSON: ${jsonProblem(error)}.`, 'Correct it at that place and start again.')
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw refuse('It must be a JSON object.', `Give it keys out of ${Object.keys(configKeys).join(', ')}.`)
  for (const [key, value] of Object.entries(config)) {
    const known = configKeys[key]
    if (!known)
      throw refuse(`It has no key "${key}".`, `Remove it. Known keys: ${Object.keys(configKeys).join(', ')}.`)
    if (!known.accepts(value))
      throw refuse(
        // Among the properties may be passwords.
        `"${key}" takes ${known.takes}${key === 'set' ? '' : `, not ${JSON.stringify(value)}`}.`,
        `Correct "${key}" and start again.`,
      )
  }
  return config
}

/** A region on the command line; commander calls it. */
export function parseRegion(text: string): string {
  if (!isRegion(text))
    throw new UsageError(`--region takes a region's name, such as eu-west-1, not "${text}".`)
  return text
}
