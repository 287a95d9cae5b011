import { join } from 'node:path'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import type { Engines } from '../engines/engines.ts'
import { newResource, type Place } from '../place.ts'
import { RecordStore, type UnreadableRecord } from '../record-store.ts'
import { invalid, nameTaken, type OrRefusal, type Refusal, tooMany } from '../refusal.ts'
import { configurationProperties } from './configuration-properties.ts'
import { publishedKafkaVersions } from '../kafka-releases.ts'

/** One MSK configuration as it is kept in `<data>/configurations/<uuid>.json`. */
export interface ConfigurationRecord {
  formatVersion: 1
  arn: string
  /** The last part of the ARN, `<uuid>-<n>`. */
  uuid: string
  name: string
  description: string | null
  /** MSK's names; empty where it is for any version. */
  kafkaVersions: string[]
  createdAtMs: number
  /** Revision n is at n - 1. */
  revisions: ConfigurationRevisionRecord[]
}

export interface ConfigurationRevisionRecord {
  createdAtMs: number
  description: string | null
  /** The exact bytes that were sent, in base64. */
  serverProperties: string
}

/** A revision as a cluster has it, with the properties that it sets. */
export interface ChosenConfiguration {
  arn: string
  revision: number
  properties: Record<string, string>
}

export function isSameRevision(a: ChosenConfiguration, b: ChosenConfiguration | null): boolean {
  return a.arn === b?.arn && a.revision === b.revision
}

/** MSK quotas: configurations an account, and revisions of one. */
const configurationsMax = 100
const revisionsMax = 50
const nameLengthMax = 256
const descriptionLengthMax = 1_024

export const configurationArnPattern =
  /^arn:[\w-]+:kafka:[\w-]*:\d*:configuration\/[0-9A-Za-z-]+\/[0-9A-Za-z-]+$/

/**
 * The MSK configurations: versioned texts of broker properties that clusters are given by ARN and revision, in
 * `<data>/configurations/<uuid>.json`. No change of one touches a cluster.
 */
export class Configurations {
  readonly #options: ConfigurationsOptions
  readonly #store: RecordStore<ConfigurationRecord>

  constructor(options: ConfigurationsOptions) {
    this.#options = options
    this.#store = new RecordStore<ConfigurationRecord>({
      ...options,
      directory: join(options.dataDirectory, 'configurations'),
      noun: 'configuration',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['kafkaVersions', 'revisions'],
      problemOf: ({ revisions }) => (revisions.length > 0 ? undefined : 'It has no revisions.'),
      loss: 'the configuration is then unknown, and clusters keep what they have of it',
    })
  }

  /** Reads what is on disk. */
  load(): void {
    this.#store.load()
  }

  /** Those whose records cannot be read: they are told, and left as they are. */
  unreadable(): UnreadableRecord[] {
    return this.#store.unreadable()
  }

  /** In order of creation. */
  list(): ConfigurationRecord[] {
    return this.#store.list()
  }

  byArn(arn: string): ConfigurationRecord | undefined {
    return this.#store.byArn(arn)
  }

  /** Durable when it returns. Throws the disk's error; then nothing has changed. */
  create(request: {
    name: string
    description: string | undefined
    kafkaVersions: readonly string[]
    serverProperties: Uint8Array
  }): OrRefusal<{ configuration: ConfigurationRecord }> {
    const { name, description, kafkaVersions, serverProperties } = request
    const refusal =
      nameRefusal(name) ??
      descriptionRefusal(description) ??
      this.#versionsRefusal(kafkaVersions) ??
      serverPropertiesRefusal(serverProperties)
    if (refusal) return { refusal }
    if (this.#store.isNameTaken(name)) return { refusal: nameTaken('name') }
    if (this.list().length >= configurationsMax)
      return { refusal: tooMany(`An account has at most ${configurationsMax} configurations.`) }
    const { clock, random, place } = this.#options
    const createdAtMs = clock.now()
    const configuration: ConfigurationRecord = {
      formatVersion: 1,
      ...newResource(place, random, 'configuration', name),
      name,
      description: description ?? null,
      kafkaVersions: [...new Set(kafkaVersions)],
      createdAtMs,
      revisions: [revision(createdAtMs, description, serverProperties)],
    }
    this.#store.insert(configuration)
    return { configuration }
  }

  /** Adds a revision. Durable when it returns. Throws the disk's error; then nothing has changed. */
  update(
    before: ConfigurationRecord,
    { description, serverProperties }: { description: string | undefined; serverProperties: Uint8Array },
  ): OrRefusal<{ configuration: ConfigurationRecord }> {
    const refusal = descriptionRefusal(description) ?? serverPropertiesRefusal(serverProperties)
    if (refusal) return { refusal }
    if (before.revisions.length >= revisionsMax)
      return {
        refusal: invalid(`A configuration has at most ${revisionsMax} revisions.`, 'serverProperties'),
      }
    const added = revision(this.#options.clock.now(), description, serverProperties)
    const revisions = [...before.revisions, added]
    return { configuration: this.#store.update(before.uuid, { revisions }) }
  }

  /** All its revisions go with it. Durable when it returns. Nothing uses it: the caller has looked. */
  delete({ uuid }: ConfigurationRecord): void {
    this.#store.remove(uuid)
  }

  /** The revision that a cluster of this version shall have. */
  forCluster(
    wanted: { Arn?: string | undefined; Revision?: number | undefined },
    kafkaVersion: string,
  ): OrRefusal<{ configuration: ChosenConfiguration }> {
    const { Arn: arn = '', Revision: number = 0 } = wanted
    const record = this.byArn(arn)
    // The same words for an ARN of another thing and one of nothing, as MSK has them.
    if (!record) return { refusal: invalid('Invalid Configuration ARN.', 'arn') }
    const found = record.revisions[number - 1]
    if (!found) return { refusal: invalid(`The configuration has no revision ${number}.`, 'revision') }
    if (record.kafkaVersions.length > 0 && !record.kafkaVersions.includes(kafkaVersion))
      return {
        refusal: invalid(
          `The configuration is for the Kafka versions [${record.kafkaVersions.join(', ')}], not for ${kafkaVersion}.`,
          'configurationInfo',
        ),
      }
    const parsed = configurationProperties(Buffer.from(found.serverProperties, 'base64'))
    if ('properties' in parsed)
      return { configuration: { arn, revision: number, properties: parsed.properties } }
    // It was checked when it was made, by the rules of another release perhaps.
    return { refusal: refusalOf(parsed, 'configurationInfo') }
  }

  #versionsRefusal(versions: readonly string[]): Refusal | undefined {
    const here = this.#options.engines.all.flatMap(({ kafkaVersions }) =>
      kafkaVersions.map(({ version }) => version),
    )
    const known = [...new Set([...publishedKafkaVersions, ...here])]
    const unknown = versions.find((version) => !known.includes(version))
    if (unknown === undefined) return undefined
    return invalid(
      `Unsupported KafkaVersion [${unknown}]. Valid values: [${known.join(', ')}]`,
      'kafkaVersions',
    )
  }
}

interface ConfigurationsOptions {
  dataDirectory: string
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
  /** A configuration may name the versions that they run. */
  engines: Engines
}

function revision(
  createdAtMs: number,
  description: string | undefined,
  serverProperties: Uint8Array,
): ConfigurationRevisionRecord {
  return {
    createdAtMs,
    description: description ?? null,
    serverProperties: Buffer.from(serverProperties).toString('base64'),
  }
}

function nameRefusal(name: string): Refusal | undefined {
  if (name.length > nameLengthMax)
    return invalid(`The name of a configuration has at most ${nameLengthMax} characters.`, 'name')
  return /^[0-9A-Za-z][0-9A-Za-z-]*$/.test(name)
    ? undefined
    : invalid('The parameter value contains one or more characters that are not valid.', 'name')
}

function descriptionRefusal(description: string | undefined): Refusal | undefined {
  return (description?.length ?? 0) > descriptionLengthMax
    ? invalid(`A description has at most ${descriptionLengthMax} characters.`, 'description')
    : undefined
}

function serverPropertiesRefusal(bytes: Uint8Array): Refusal | undefined {
  const parsed = configurationProperties(bytes)
  return 'properties' in parsed ? undefined : refusalOf(parsed, 'serverProperties')
}

function refusalOf(problem: { invalid: string } | { notImplemented: string }, parameter: string): Refusal {
  return 'invalid' in problem
    ? invalid(problem.invalid, parameter)
    : { kind: 'not-implemented', message: problem.notImplemented, parameter }
}
