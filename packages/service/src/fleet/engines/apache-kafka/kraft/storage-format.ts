import { delimiter, join } from 'node:path'
import type { ChildProcesses, Disk, Random } from '@sluice/effects'
import type { Distribution } from '../../../jvm/distributions.ts'
import type { Java } from '../../../jvm/java.ts'
import type { NodeDirectories, NodeShape } from '../node-shape.ts'
import { propertiesText, propertyOf } from '../properties-text.ts'

const clusterIdFile = 'kafka-cluster-id'
const metaProperties = 'meta.properties'
/** It takes a second; several at once on a busy machine take far longer. */
const formatMsMax = 180_000
/** The tool does nothing but read a configuration and write two files. */
const toolJvm = ['-Xmx256M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true']

/** Kafka's id of the cluster, as it is kept; null where no node has been formatted yet. */
export function keptClusterId(
  disk: Disk,
  clusterDirectory: string,
  dataDirectories: readonly string[],
): string | null {
  const kept = join(clusterDirectory, clusterIdFile)
  if (disk.existsSync(kept)) return disk.readFileSync(kept).toString().trim()
  for (const directory of dataDirectories) {
    const path = join(directory, metaProperties)
    const id = disk.existsSync(path) && propertyOf(disk.readFileSync(path).toString(), 'cluster.id')
    if (id) return id
  }
  return null
}

/** A new random id, durable before any node is formatted with it. */
export function makeClusterId(disk: Disk, random: Random, clusterDirectory: string): string {
  let id: string
  // Kafka's own ids never start with a dash: on a command line it would be an option.
  do id = random.bytes(16).toString('base64url')
  while (id.startsWith('-'))
  disk.mkdirSync(clusterDirectory)
  disk.writeFileAtomicSync(join(clusterDirectory, clusterIdFile), `${id}\n`)
  return id
}

interface FormatOptions {
  effects: { disk: Disk; processes: ChildProcesses }
  java: Java
  distribution: Distribution
  shape: NodeShape
  directories: NodeDirectories
  clusterId: string
}

/**
 * Formats the directory of a KRaft node that has none, by Kafka's own tool. It works on a directory beside, which
 * then takes the place: one that was interrupted is never taken for a node's. Gives the tool's output where it
 * fails, else null.
 */
export async function formatIfNew(options: FormatOptions): Promise<string | null> {
  const { effects, java, distribution, shape, directories, clusterId } = options
  const { disk, processes } = effects
  if (disk.existsSync(join(directories.data, metaProperties))) return null
  if (disk.existsSync(directories.data) && disk.readdirSync(directories.data).length > 0)
    return `${directories.data} holds files, and no ${metaProperties} that says whose they are.`
  const scratch = `${directories.data}.formatting`
  const configuration = join(directories.config, 'format.properties')
  disk.removeSync(scratch)
  disk.mkdirSync(directories.config)
  disk.writeFileAtomicSync(configuration, propertiesText({ ...shape.properties, 'log.dirs': scratch }), {
    durable: false,
  })
  const tool = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', configuration]
  const classPath = distribution.classPath.join(delimiter)
  const { code, output } = await processes.run(java.command, [...toolJvm, '-cp', classPath, ...tool], {
    timeoutMs: formatMsMax,
  })
  disk.unlinkSync(configuration)
  if (code !== 0) {
    disk.removeSync(scratch)
    return output
  }
  disk.removeSync(directories.data)
  disk.renameSync(scratch, directories.data)
  disk.syncDirectorySync(directories.node)
  return null
}
