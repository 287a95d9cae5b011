import { join } from 'node:path'
import { type Disk, isSystemError } from '@sluice/effects'
import type { ControllerNode, DiskFailure, ListenerOptions, Loss } from '@sluice/engine'
import type { ClusterAccessSnapshot } from '../../../iam/cluster-access.ts'
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
  /** Of a broker's volume; it follows what the file says while it runs. */
  volumeBytes?: number | undefined
  /** The file that says who can log in by IAM; null where clients cannot. */
  iamFile: string | null
  /** Where a broker that is for development learns what is to go wrong; null where nothing is. */
  faultDirectory: string | null
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

/** So much of the disk each report holds: a node that finds the disk full says so there, and what else it has to say. */
const reportBytesMin = 64 * 1024

/** Written before each start: nothing of an earlier process is taken for a word of the next one. */
export const emptyReport: NodeReport = {
  brokerEpoch: null,
  losses: [],
  diskFailure: null,
  failure: null,
  damage: null,
}

export function writeNodeFile(disk: Disk, file: NodeFile): string {
  const path = nodePath(file.directories)
  disk.mkdirSync(file.directories.config)
  // Its properties may have passwords in them.
  disk.writeFileAtomicSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, durable: false })
  return path
}

/** All else of a running node's file is for its start, and stays. */
export function renewVolume(disk: Disk, directories: NodeDirectories, volumeBytes: number | undefined): void {
  const file = startedWith(disk, directories)
  if (file && file.volumeBytes !== volumeBytes) writeNodeFile(disk, { ...file, volumeBytes })
}

/** What a running node's process was started with; null where there never was one. */
export function startedWith(disk: Disk, directories: NodeDirectories): NodeFile | null {
  const path = nodePath(directories)
  return disk.existsSync(path) ? readNodeFile(disk, path) : null
}

function nodePath({ config }: NodeDirectories): string {
  return join(config, 'node.json')
}

export function readNodeFile(disk: Disk, path: string): NodeFile {
  return JSON.parse(disk.readFileSync(path).toString()) as NodeFile
}

/**
 * A file for its owner alone, for there are secret keys in it: of a node where nobody logs in by IAM (null) it is gone.
 * Returns its path.
 */
export function keepIamFile(
  disk: Disk,
  directories: NodeDirectories,
  access: ClusterAccessSnapshot | null,
): string | null {
  const path = iamPath(directories)
  if (!access) {
    disk.removeSync(path)
    return null
  }
  disk.mkdirSync(directories.config)
  disk.writeFileAtomicSync(path, `${JSON.stringify(access)}\n`, { mode: 0o600, durable: false })
  return path
}

/** A node where somebody can log in by IAM has one from its start on. */
export function hasIamFile(disk: Disk, directories: NodeDirectories): boolean {
  return disk.existsSync(iamPath(directories))
}

function iamPath({ config }: NodeDirectories): string {
  return join(config, 'iam.json')
}

/** A file of its own and then in the place of the last one; on a full disk over that one, whose place is large enough. */
export function writeReport(disk: Disk, directories: NodeDirectories, report: NodeReport): void {
  const path = reportPath(directories)
  try {
    disk.writeFileAtomicSync(path, reportText(report, 0), { durable: false })
  } catch (error) {
    if (!isSystemError(error) || !disk.existsSync(path)) throw error
    writeOver(disk, path, report)
  }
}

function writeOver(disk: Disk, path: string, report: NodeReport): void {
  const file = disk.openSync(path, 'write')
  try {
    const size = file.sizeSync()
    let text = reportText(report, size)
    for (let { losses } = report; text.length > size && losses.length > 0; ) {
      losses = losses.slice(0, Math.floor(losses.length / 2))
      text = reportText({ ...report, losses }, size)
    }
    file.writeSync(text, 0)
  } finally {
    file.closeSync()
  }
}

function reportText(report: NodeReport, bytesMin: number): Buffer {
  const text = Buffer.from(`${JSON.stringify(report, null, 2)}\n`)
  return Buffer.concat([
    text,
    Buffer.alloc(Math.max(0, Math.max(reportBytesMin, bytesMin) - text.length), '\n'),
  ])
}

/** An empty one where there is none, half of one after a power cut, or a disk that reads nothing. */
export function readReport(disk: Disk, directories: NodeDirectories): NodeReport {
  try {
    return { ...emptyReport, ...JSON.parse(disk.readFileSync(reportPath(directories)).toString()) }
  } catch {
    return emptyReport
  }
}

function reportPath({ node }: NodeDirectories): string {
  return join(node, 'report.json')
}
