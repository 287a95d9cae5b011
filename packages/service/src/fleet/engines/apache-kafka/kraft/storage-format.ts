import { delimiter, join } from 'node:path'
import type { ChildProcesses, Disk } from '@sluice/effects'
import type { Distribution } from '../../../jvm/distributions.ts'
import type { Java } from '../../../jvm/java.ts'
import { propertiesText } from '../../properties-text.ts'
import type { NodeDirectories } from '../../supervision/node-directories.ts'
import type { NodeShape } from '../node-shape.ts'

const metaProperties = 'meta.properties'
/** It takes a second; several at once on a busy machine take far longer. */
const formatMsMax = 180_000
/** The tool does nothing but read a configuration and write two files. */
const toolJvm = ['-Xmx256M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true']

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
