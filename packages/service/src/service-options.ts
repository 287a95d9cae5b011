import type { Calendar, ChildProcesses, Clock, Disk, Logger, Machine, Network, Random } from '@sluice/effects'
import type { ClusterContext } from './default-cluster.ts'
import type { Pace } from './fleet/clusters/pace.ts'
import type { ClusterTap } from './fleet/engines/embedded/cluster-tap.ts'
import type { ClusterFaults } from './fleet/engines/embedded/faults/cluster-faults.ts'
import type { Engine, EngineName, Hosting } from './fleet/engines/engine.ts'
import { type Engines, enginesOf, hostingProblem } from './fleet/engines/engines.ts'
import { OperatingError } from './fleet/operating-error.ts'
import { defaultRegion } from './fleet/place.ts'
import { isOpenToOthers, loopbackReach, type Reach } from './fleet/reach.ts'
import type { ServiceState } from './state-file.ts'
import type { StreamLimits } from './streams/stream-limits.ts'
import { UsageError } from './usage-error.ts'

/* What a service is asked to be, and what that comes to in a data directory where one was before. */

const defaultClusterName = 'demo'
const defaultEngineName: EngineName = 'embedded'

export interface ServiceOptions {
  /** Absolute. */
  dataDirectory: string
  apiPort: PortChoice
  kafkaPort: PortChoice
  cluster: ClusterChoice
  /** Static broker properties of the cluster that is made. */
  properties: Record<string, string>
  region: string | undefined
  /** Where clients of the brokers and the AWS endpoint come from; without it from this machine alone. */
  reach?: Reach
  acceptAnySignature: boolean
  /** What goes wrong on purpose; its page is there with `acceptAnySignature` alone. */
  faults?: ClusterFaults | undefined
  /** By which the embedded engine's clients can be listened to. */
  tap?: ClusterTap | undefined
  /** How long creations and changes of clusters take. */
  pace?: Pace | undefined
  /** Whether shards of streams take and give only so much a second; they do where nothing is said. */
  streamLimits?: StreamLimits | undefined
  /** Where the files of the console are; without it there is none. */
  consoleDirectory?: string | undefined
  effects: ServiceEffects
  /** The names of clusters that start without what is broken or gone of their metadata. */
  metadataLossAccepted?: readonly string[]
  /** The data directory is not this service's any more: it must end at once, and write nothing. */
  onDirectoryLost?: (error: OperatingError) => void
  /** Ends a start that is under way. */
  signal?: AbortSignal
  /** Told each second how far a start or a stop is that takes longer than two. */
  onProgress?: (sentence: string) => void
  /** What can run clusters here. */
  engines: readonly Engine[]
  /** Runs the clusters that name none; undefined: as at the last start. */
  engine: EngineName | undefined
  /** Of clusters that choose none, where their engine has it; undefined: as at the last start. */
  hosting: Hosting | undefined
  /** How a broker shows that it serves; tests with an engine that speaks no Kafka have another. */
  probe?: ClusterContext['probe']
}

/** A port that may not move (0: any free one); undefined is the last one, or the default, or the next free. */
export type PortChoice = number | undefined

/** `default`: `demo` in a new data directory, nothing in any other. */
export type ClusterChoice = { kind: 'default' } | { kind: 'none' } | { kind: 'named'; name: string }

export interface ServiceEffects {
  clock: Clock
  /** Of streams, where a test moves their time; signatures are judged by the clock all the same. */
  calendar?: Calendar
  disk: Disk
  network: Network
  random: Random
  processes: ChildProcesses
  machine?: Machine
  logger: Logger
}

/** Whoever reaches an endpoint that asks for no signature can do everything. */
export function checkReach({ reach = loopbackReach, acceptAnySignature }: ServiceOptions): void {
  if (acceptAnySignature && isOpenToOthers(reach))
    throw new UsageError(
      `--accept-any-signature is for this machine alone, and --host ${reach.host} lets others in. Leave one of them away.`,
    )
}

/** As they are asked for, else as at the last start. */
export function chosenEngines(options: ServiceOptions, before: ServiceState | undefined): Engines {
  const { engine, hosting } = options
  const name = engine ?? before?.engine ?? defaultEngineName
  const engines = enginesOf(options.engines, name, hosting ?? before?.hosting ?? 'inline')
  const problem = hosting === undefined ? null : hostingProblem(engines.default, hosting)
  if (problem !== null) throw new UsageError(`--hosting (or "hosting" in config.json): ${problem}`)
  return engines
}

/** The cluster that is made if it is not there, whose address `--kafka-port` is, and that `env` means. */
export function targetCluster(choice: ClusterChoice, before: ServiceState | undefined): string | null {
  if (choice.kind === 'named') return choice.name
  if (choice.kind === 'none') return null
  return before ? before.defaultCluster : defaultClusterName
}

/** ARNs carry the region, so a data directory stays in the one of its first start. */
export function regionOf(
  asked: string | undefined,
  before: ServiceState | undefined,
  dataDirectory: string,
): string {
  if (before && asked !== undefined && asked !== before.region)
    throw new OperatingError(`The data directory ${dataDirectory} is in region ${before.region}.`, {
      code: 'REGION_DIFFERS',
      why: `The ARNs of its clusters carry that region, so it cannot become ${asked}.`,
      next: 'Leave the region away, or choose another directory with --data-dir.',
    })
  return before?.region ?? asked ?? defaultRegion
}
