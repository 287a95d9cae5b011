import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { ControllerNode, DiskFailure, ListenerOptions, Loss } from '@sluice/engine'
import type { NodeDirectories } from '../supervision/node-directories.ts'

/** What the process of a node is told: all that it is. Written before each start. */
export interface NodeFile {
  role: 'controller' | 'broker'
  nodeId: number
  rack: string | null
  clusterId: string
  directories: NodeDirectories
  controller: ControllerNode
  /** Of a broker. */
  listeners: ListenerOptions[]
  properties: Readonly<Record<string, string>>
  acceptsMetadataLoss: boolean
  /** Something of this cluster is there already. */
  isExpected: boolean
}

/**
 * What the process tells its supervisor beside its log: facts that have to be understood, where a log is for people.
 * A file, because it outlives both: the one that reads it may be a later service, and the one that wrote it dead.
 */
export interface NodeReport {
  /** Of the broker's registration, as soon as it serves: who sees this very process end can say so in its name. */
  brokerEpoch: number | null
  /** What its start has found lost. */
  losses: readonly Loss[]
  /** Why its disk does not serve, while it does not; as far as that disk takes the word. */
  diskFailure: DiskFailure | null
  /** What has stopped it by itself when it served. */
  failure: string | null
  /** Why it did not start: the metadata is damaged. */
  damage: { message: string; isAcceptable: boolean } | null
}

export const emptyReport: NodeReport = {
  brokerEpoch: null,
  losses: [],
  diskFailure: null,
  failure: null,
  damage: null,
}

export function writeNodeFile(disk: Disk, file: NodeFile): string {
  const { config } = file.directories
  const path = join(config, 'node.json')
  disk.mkdirSync(config)
  disk.writeFileAtomicSync(path, `${JSON.stringify(file, null, 2)}\n`, { durable: false })
  return path
}

export function readNodeFile(disk: Disk, path: string): NodeFile {
  return JSON.parse(disk.readFileSync(path).toString()) as NodeFile
}

export function writeReport(disk: Disk, directories: NodeDirectories, report: NodeReport): void {
  const text = `${JSON.stringify(report, null, 2)}\n`
  disk.writeFileAtomicSync(reportPath(directories), text, { durable: false })
}

/** An empty one where there is none, half of one after a power cut, or a disk that reads nothing. */
export function readReport(disk: Disk, directories: NodeDirectories): NodeReport {
  try {
    return { ...emptyReport, ...JSON.parse(disk.readFileSync(reportPath(directories)).toString()) }
  } catch {
    return emptyReport
  }
}

/** Nothing of an earlier process is taken for a word of the next one. */
export function removeReport(disk: Disk, directories: NodeDirectories): void {
  disk.removeSync(reportPath(directories))
}

function reportPath({ node }: NodeDirectories): string {
  return join(node, 'report.json')
}
