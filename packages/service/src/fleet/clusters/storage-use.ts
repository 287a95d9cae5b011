import type { LogDirectory } from '../engines/cluster-view.ts'
import type { ClusterSpec } from './cluster-spec.ts'

const bytesOfGiB = 1024 ** 3

/** How much of a broker's volume its logs have. */
export interface StorageUse {
  nodeId: number
  percent: number
}

/** Of each broker; undefined where volumes have no size (Express). */
export function volumeBytesOf({ brokerNodeGroup }: Pick<ClusterSpec, 'brokerNodeGroup'>): number | undefined {
  const GiB = brokerNodeGroup.StorageInfo?.EbsStorageInfo?.VolumeSize
  return GiB === undefined ? undefined : GiB * bytesOfGiB
}

/** Where nothing bounds the directory of a broker, of the volume that is described. Pure. */
export function storageUse(
  directories: readonly LogDirectory[],
  volumeBytes: number | undefined,
): StorageUse[] {
  if (volumeBytes === undefined) return []
  return directories.map(({ nodeId, totalBytes, usableBytes, logs }) => {
    const isVolume = totalBytes === volumeBytes
    const used = isVolume ? totalBytes - usableBytes : logs.reduce((sum, { bytes }) => sum + bytes, 0)
    return { nodeId, percent: Math.min(100, (100 * used) / volumeBytes) }
  })
}
