import { join } from 'node:path'
import type { Disk, Random } from '@sluice/effects'
import { propertyOf } from '../properties-text.ts'

const clusterIdFile = 'kafka-cluster-id'
const metaProperties = 'meta.properties'

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
