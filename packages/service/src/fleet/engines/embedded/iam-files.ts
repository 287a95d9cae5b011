import type { Clock, Disk, Logger, Timer } from '@sluice/effects'
import { ClusterAccess, type ClusterAccessSnapshot } from '../../../iam/cluster-access.ts'
import { Identities } from '../../../iam/identities.ts'
import { jsonProblem } from '../../json-problem.ts'
import type { NodeDirectories } from '../supervision/node-directories.ts'
import { hasIamFile, keepIamFile } from './node-file.ts'

/* How brokers that have a process each hear who may log in and what they may do: by a file beside each of them. */

/** Keeps the files of a cluster's nodes as the service knows it now, also of nodes that a former service left running. */
export class IamFiles {
  readonly #access: ClusterAccess
  readonly #effects: { disk: Disk; logger: Logger }
  readonly #running: () => readonly NodeDirectories[]
  readonly #forget: () => void

  constructor(
    access: ClusterAccess,
    effects: { disk: Disk; logger: Logger },
    running: () => readonly NodeDirectories[],
  ) {
    this.#access = access
    this.#effects = effects
    this.#running = running
    this.#forget = access.onChange(() => this.#renew())
    this.#renew()
  }

  /** Before a node's start. The path of its file; null where nobody logs in there by IAM. */
  prepare(directories: NodeDirectories, hasIam: boolean): string | null {
    return keepIamFile(this.#effects.disk, directories, hasIam ? this.#access.snapshot : null)
  }

  #renew(): void {
    const { disk, logger } = this.#effects
    try {
      for (const directories of this.#running())
        if (hasIamFile(disk, directories)) keepIamFile(disk, directories, this.#access.snapshot)
    } catch (error) {
      logger.error('brokers could not be told who may log in by IAM', { error })
    }
  }

  end(): void {
    this.#forget()
  }
}

/** A broker takes up another file after this time at the latest. */
const checkIntervalMs = 1_000

/** The file as the broker's process follows it; half of one, or one that is away, leaves everything as it was. */
export class FollowedIamFile {
  readonly access: ClusterAccess
  readonly #path: string
  readonly #effects: { disk: Disk; clock: Clock; logger: Logger }
  #text: string
  #snapshot: ClusterAccessSnapshot
  #timer: Timer | null = null

  constructor(path: string, effects: { disk: Disk; clock: Clock; logger: Logger }) {
    this.#path = path
    this.#effects = effects
    this.#text = effects.disk.readFileSync(path).toString()
    this.#snapshot = snapshotOf(this.#text)
    const { identities, clusterArn } = this.#snapshot
    this.access = new ClusterAccess(new Identities(identities), clusterArn, () => this.#snapshot.policy)
    this.#wait()
  }

  #wait(): void {
    this.#timer = this.#effects.clock.schedule(checkIntervalMs, () => {
      this.#look()
      this.#wait()
    })
  }

  #look(): void {
    const { disk, logger } = this.#effects
    try {
      const text = disk.readFileSync(this.#path).toString()
      if (text === this.#text) return
      const snapshot = snapshotOf(text)
      this.access.identities.replace(snapshot.identities)
      this.#snapshot = snapshot
      this.#text = text
      logger.info('takes up who may log in by IAM, and what they may do')
    } catch (error) {
      logger.warn('cannot take up who may log in by IAM', { error })
    }
  }

  end(): void {
    this.#timer?.cancel()
  }
}

/** Throws what shows nothing of the file, in which keys are. */
function snapshotOf(text: string): ClusterAccessSnapshot {
  try {
    return JSON.parse(text) as ClusterAccessSnapshot
  } catch (error) {
    throw new Error(`the file of who may log in by IAM is not JSON: ${jsonProblem(error)}`)
  }
}
