import { join } from 'node:path'
import { type Clock, type Disk, keepDirectorySync, type Random } from '@sluice/effects'
import { isUuid, randomUuid } from '@sluice/wire'

export const metaPropertiesFileName = 'meta.properties'

/** Version 0 is that of ZooKeeper's days, whose ids are others. */
const currentVersion = '1'

/** Who a log directory belongs to. */
interface MetaProperties {
  nodeId: number
  clusterId: string
  directoryId: string
}

/** The directory belongs to another node or cluster, or its file cannot be read. */
export class MetaPropertiesError extends Error {
  override name = 'MetaPropertiesError'
}

/** Null where the directory has none yet. */
export function readMetaProperties(disk: Disk, directory: string): MetaProperties | null {
  const path = join(directory, metaPropertiesFileName)
  if (!disk.existsSync(path)) return null
  const properties = parseProperties(disk.readFileSync(path).toString('latin1'))
  const field = (name: string): string => {
    const value = properties.get(name)
    if (value === undefined || value === '') throw new MetaPropertiesError(`${path} has no ${name}.`)
    return value
  }
  const version = field('version')
  if (version !== currentVersion)
    throw new MetaPropertiesError(`${path} has version ${version}; only version ${currentVersion} is read.`)
  const nodeId = Number(field('node.id'))
  if (!Number.isInteger(nodeId) || nodeId < 0)
    throw new MetaPropertiesError(`${path}: node.id ${field('node.id')} is no node id.`)
  const directoryId = field('directory.id')
  if (!isUuid(directoryId)) throw new MetaPropertiesError(`${path}: directory.id ${directoryId} is no uuid.`)
  return { nodeId, clusterId: field('cluster.id'), directoryId }
}

/**
 * Makes sure that a log directory belongs to this node of this cluster: writes `meta.properties` where there is
 * none, durably, with a new directory id; throws where it names another node or cluster.
 */
export function openMetaProperties(options: {
  disk: Disk
  clock: Clock
  random: Random
  directory: string
  nodeId: number
  clusterId: string
}): MetaProperties {
  const { disk, directory, nodeId, clusterId } = options
  const found = readMetaProperties(disk, directory)
  if (!found) {
    const made = { nodeId, clusterId, directoryId: randomUuid(options.random) }
    // Whatever is made durable in it must not be lost with the directory.
    keepDirectorySync(disk, directory)
    disk.writeFileAtomicSync(join(directory, metaPropertiesFileName), format(made, options.clock.now()))
    return made
  }
  if (found.clusterId !== clusterId)
    throw new MetaPropertiesError(
      `${directory} belongs to the cluster ${found.clusterId}, not to ${clusterId}. Use another directory.`,
    )
  if (found.nodeId !== nodeId)
    throw new MetaPropertiesError(
      `${directory} belongs to node ${found.nodeId}, not to node ${nodeId}. Use another directory.`,
    )
  return found
}

function format({ nodeId, clusterId, directoryId }: MetaProperties, nowMs: number): string {
  // As Java's Properties write them: an empty comment, the date, the values.
  const [day, date, month, year, time] = new Date(nowMs).toUTCString().replace(',', '').split(' ')
  return [
    '#',
    `#${day} ${month} ${date} ${time} UTC ${year}`,
    `node.id=${nodeId}`,
    `directory.id=${directoryId}`,
    `version=${currentVersion}`,
    `cluster.id=${clusterId}`,
    '',
  ].join('\n')
}

/** Java's properties, without continued lines and unicode escapes: no value here has them. */
function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of text.split(/\r?\n|\r/)) {
    const match = /^\s*([^#!\s=:][^\s=:]*)\s*[=:\s]\s*(.*)$/.exec(line)
    if (match) properties.set(match[1] as string, (match[2] as string).replace(/\\(.)/g, '$1'))
  }
  return properties
}
