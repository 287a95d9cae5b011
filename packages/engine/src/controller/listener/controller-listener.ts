import type { Clock, Disk, Guard, Logger, Network } from '@sluice/effects'
import type { RequestHeader } from '@sluice/wire'
import type { Authorizer } from '../../authorizer/permissions.ts'
import { authorizerOf } from '../../authorizer/standard-authorizer.ts'
import type { BrokerConfig } from '../../metadata/configs.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { Connection } from '../../server/connection.ts'
import { LargeRequests } from '../../server/large-requests.ts'
import { RequestContext } from '../../server/handler.ts'
import { RequestFigures } from '../../server/request-figures.ts'
import { RefusalLog } from '../../server/refusal-log.ts'
import type { ListenerOptions } from '../../server/listeners.ts'
import { Server } from '../../server/server.ts'
import type { Lane } from '../../storage/lane.ts'
import type { MetadataLog } from '../metadata-log.ts'
import type { Observers } from '../observers.ts'
import { controllerHandlers } from './api-table.ts'
import { Commits } from './commits.ts'
import type { ControllerContext, ControllerServices } from './services.ts'

interface ControllerListenerOptions {
  readonly nodeId: number
  readonly clusterId: string
  readonly listener: ListenerOptions
  readonly network: Network
  readonly disk: Disk
  readonly openFilesMax?: number
  readonly clock: Clock
  readonly logger: Logger
  readonly guard: Guard
  readonly lane: Lane
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  readonly log: MetadataLog
  readonly observers: Observers
  readonly decide: ControllerServices['decide']
  readonly authorizer?: Authorizer
}

/** The controller over TCP: what brokers of other processes, Apache Kafka's among them, and its tools reach it by. */
export class ControllerListener implements ControllerServices {
  readonly nodeId: number
  readonly clusterId: string
  readonly clock: Clock
  readonly logger: Logger
  readonly guard: Guard
  readonly lane: Lane
  readonly config: BrokerConfig
  readonly largeRequests = new LargeRequests()
  readonly authorizer: Authorizer
  readonly refusals = new RefusalLog(this)
  /** What it decides has quotas of its own. */
  readonly clientQuotas = null
  readonly logLevels = null
  readonly requests: RequestFigures
  readonly metadata: MetadataImage
  readonly log: MetadataLog
  readonly observers: Observers
  readonly commits: Commits
  readonly handlers = controllerHandlers
  readonly decide: ControllerServices['decide']
  readonly #options: ControllerListenerOptions
  readonly #server: Server<ControllerContext>

  constructor(options: ControllerListenerOptions) {
    const { nodeId, clusterId, clock, logger, guard, lane, config, metadata, log, observers } = options
    this.decide = options.decide
    this.authorizer = options.authorizer ?? authorizerOf(config, metadata.security.acls)
    this.#options = options
    this.nodeId = nodeId
    this.clusterId = clusterId
    this.clock = clock
    this.requests = new RequestFigures(clock)
    this.logger = logger
    this.guard = guard
    this.lane = lane
    this.config = config
    this.metadata = metadata
    this.log = log
    this.observers = observers
    this.commits = new Commits(clock)
    this.#server = new Server<ControllerContext>(this, options)
  }

  get address(): { host: string; port: number } {
    const { host, port } = this.#options.listener
    return { host, port: this.#server.listeners[0]?.port ?? port }
  }

  /** Binds; who comes waits for `open`. */
  async listen(): Promise<void> {
    await this.#server.listen([this.#options.listener])
  }

  open(): void {
    this.#server.open()
  }

  close(): void {
    this.#server.closeListeners()
    this.#server.stopWatching()
    for (const connection of this.#server.connections()) connection.destroy('the controller stops')
  }

  contextOf(header: RequestHeader, connection: Connection): ControllerContext {
    return new RequestContext<ControllerServices>(header, connection, this)
  }

  /** Nothing is staged: what is decided is written at once. */
  commitStaged(): void {}
}
