import { join } from 'node:path'
import {
  type Clock,
  type Disk,
  type Logger,
  lineLogger,
  type Network,
  type Processes,
  type Random,
  type Urls,
} from '@sluice/effects'
import { type Loss, MetadataDamagedError, startBrokerNode, startControllerNode } from '@sluice/engine'
import { serverLogBytesMax, serverLogFilesMax, serverLogName } from '../../processes/log-tail.ts'
import { rollingLog } from '../../processes/rolling-log.ts'
import { ListenerName } from '../engine.ts'
import { iamMechanisms } from './iam-mechanisms.ts'
import { FollowedFaults } from './faults/followed-faults.ts'
import { FollowedIamFile } from './iam-files.ts'
import { type NodeFile, readNodeFile } from './node-file.ts'
import { FiguresFile } from './figures-file.ts'
import { FollowedVolume } from './followed-volume.ts'
import { Reporting } from './reporting.ts'

interface NodeEffects {
  clock: Clock
  disk: Disk
  network: Network
  random: Random
  processes: Processes
  /** Where the keys of issuers of tokens are read. */
  urls?: Urls
}

interface NodeLife {
  /** Unclean: as after a crash. */
  stop(how: { clean: boolean }): Promise<void>
}

/**
 * One controller or one broker, as the file at `path` says, in a process that has nothing else to do. Resolves when it
 * serves; rejects when it cannot, with the reason in its log. `onFailure`: it served, and a bug or the disk has stopped it.
 */
export async function startNode(
  path: string,
  effects: NodeEffects,
  options: { signal: AbortSignal; onFailure: () => void },
): Promise<NodeLife> {
  const { clock, disk } = effects
  const file = readNodeFile(disk, path)
  const logger = loggerOf(file, effects)
  const report = new Reporting({ disk, clock, logger, directories: file.directories })
  logger.info('starts', { role: file.role, node: file.nodeId })
  try {
    const node = await start({ path, file }, { ...effects, logger }, report, options)
    report.follow(() => node.diskFailure)
    logger.info('serves', { role: file.role, node: file.nodeId })
    return {
      stop: async (how) => {
        logger.info('stops', how)
        await node.stop(how)
        report.end()
        logger.info('stopped')
      },
    }
  } catch (error) {
    if (error instanceof MetadataDamagedError) report.damaged(error)
    if (options.signal.aborted) logger.info('its start was called off')
    else tellError(logger, 'it did not start', error)
    throw error
  }
}

async function start(
  { path, file }: { path: string; file: NodeFile },
  effects: NodeEffects & { logger: Logger },
  report: Reporting,
  { signal, onFailure }: { signal: AbortSignal; onFailure: () => void },
) {
  const { nodeId, rack, clusterId, controller, listeners, properties, directories } = file
  const common = {
    directory: directories.data,
    clusterId,
    controller,
    properties,
    effects,
    signal,
    onLoss: (loss: Loss) => report.lost(loss),
    onFailure: (error: Error) => {
      tellError(effects.logger, 'it failed', error)
      report.failed(error)
      onFailure()
    },
  }
  if (file.role === 'controller') {
    const { acceptsMetadataLoss, isExpected } = file
    return startControllerNode({ ...common, acceptsMetadataLoss, isExpected })
  }
  const iam = file.iamFile === null ? null : new FollowedIamFile(file.iamFile, effects)
  signal.addEventListener('abort', () => iam?.end())
  const mechanisms = iam ? { [ListenerName.clientIam]: iamMechanisms(iam.access, listeners, effects) } : {}
  const faults = file.faultDirectory === null ? null : new FollowedFaults(file.faultDirectory, effects)
  signal.addEventListener('abort', () => faults?.end())
  const { volumeBytes } = file
  const { limits } = controller
  const broker = await startBrokerNode({
    ...common,
    broker: { nodeId, rack, listeners, mechanisms, volumeBytes, limits },
    interceptor: faults?.interceptor,
  })
  report.registered(Number(broker.epoch))
  const figures = new FiguresFile({ broker, directories, ...effects })
  const volume = new FollowedVolume({ path, sizeBytes: volumeBytes, broker, ...effects })
  return {
    get diskFailure() {
      return broker.diskFailure
    },
    stop: async (how: { clean: boolean }) => {
      figures.end()
      volume.end()
      await broker.stop(how)
    },
  }
}

/** A supervisor that quotes the errors of a log has room for what went wrong, not for where. */
function tellError(logger: Logger, what: string, error: unknown): void {
  logger.error(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  logger.info('it was here', { error })
}

function loggerOf({ directories }: NodeFile, { disk, clock }: NodeEffects): Logger {
  const path = join(directories.logs, serverLogName)
  const { write } = rollingLog(disk, path, { bytesMax: serverLogBytesMax, filesMax: serverLogFilesMax })
  return lineLogger(write, 'info', () => clock.now())
}
