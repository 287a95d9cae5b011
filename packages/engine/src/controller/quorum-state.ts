import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { TellLoss } from '../storage/losses.ts'

const fileName = 'quorum-state'

/** Who has led the metadata log last. At level 0 of kraft.version the voters are static and stand in here. */
export interface QuorumState {
  leaderId: number
  leaderEpoch: number
}

/** Null where no controller has run yet, or the file is broken: the log tells the epoch too, and the voter is known. */
export function readQuorumState(disk: Disk, directory: string, onLoss?: TellLoss): QuorumState | null {
  const path = join(directory, fileName)
  if (!disk.existsSync(path)) return null
  const state: unknown = parse(disk.readFileSync(path).toString())
  if (isQuorumState(state)) return { leaderId: state.leaderId, leaderEpoch: state.leaderEpoch }
  onLoss?.({ kind: 'file unreadable', path, effect: 'the epoch is that of the metadata log' })
  return null
}

/** Durable when it returns. Members and their order are those of Apache Kafka's version 0. */
export function writeQuorumState(disk: Disk, directory: string, state: QuorumState): void {
  const { leaderId, leaderEpoch } = state
  const content = {
    clusterId: '',
    leaderId,
    leaderEpoch,
    votedId: -1,
    appliedOffset: 0,
    currentVoters: [{ voterId: leaderId }],
    data_version: 0,
  }
  disk.writeFileAtomicSync(join(directory, fileName), JSON.stringify(content))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isQuorumState(state: unknown): state is QuorumState {
  if (typeof state !== 'object' || state === null) return false
  const { leaderId, leaderEpoch } = state as Partial<QuorumState>
  return Number.isSafeInteger(leaderId) && Number.isSafeInteger(leaderEpoch)
}
