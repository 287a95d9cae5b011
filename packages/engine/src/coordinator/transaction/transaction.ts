import { ErrorCode, type Int64 } from '@sluice/wire'

/** As the log has them. Dead and PrepareEpochFence, which Apache Kafka also counts, are never written. */
export const TransactionState = {
  empty: 0,
  ongoing: 1,
  prepareCommit: 2,
  prepareAbort: 3,
  completeCommit: 4,
  completeAbort: 5,
} as const
export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState]

/** As the admin APIs name them, by their numbers. */
export const transactionStateNames = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const

export const noProducerId = -1
export const noEpoch = -1
/** An epoch that a client has had must always be left a higher one, so that it can be fenced. */
const epochMax = 0x7fff
export const lastClientEpoch = epochMax - 1
/** Of transaction.version: ends of transactions raise the epoch (KIP-890). */
export const epochBumpVersion = 2

/** Partitions by topic. */
export type PartitionsByTopic = ReadonlyMap<string, ReadonlySet<number>>

const noPartitions: PartitionsByTopic = new Map()

/** What its coordinator knows of a transactional id. Replaced at each change, never changed in place. */
export interface Transaction {
  readonly transactionalId: string
  readonly producerId: Int64
  /** The id before the last change, mostly the same. */
  readonly previousProducerId: Int64
  /** The id from the transaction's end on, where that uses up the epochs of this one; else −1. */
  readonly nextProducerId: Int64
  /** −1 before the first client has it. */
  readonly producerEpoch: number
  /** Of the client that has raised the epoch itself, for it may ask again; −1 after a restart, and where it is fenced. */
  readonly lastProducerEpoch: number
  readonly timeoutMs: number
  readonly state: TransactionState
  readonly partitions: PartitionsByTopic
  /** −1 before the first transaction. */
  readonly startMs: Int64
  readonly lastUpdateMs: Int64
  /** Of transaction.version, as the client last showed it. */
  readonly clientTransactionVersion: number
}

/** Of an id that nobody has used yet. */
export function newTransaction(transactionalId: string, producerId: Int64, nowMs: number): Transaction {
  return {
    transactionalId,
    producerId,
    previousProducerId: noProducerId,
    nextProducerId: noProducerId,
    producerEpoch: noEpoch,
    lastProducerEpoch: noEpoch,
    timeoutMs: 0,
    state: TransactionState.empty,
    partitions: noPartitions,
    startMs: -1,
    lastUpdateMs: nowMs,
    clientTransactionVersion: 0,
  }
}

export function isEpochExhausted(producerEpoch: number): boolean {
  return producerEpoch >= lastClientEpoch
}

export function isPrepared({ state }: Transaction): boolean {
  return state === TransactionState.prepareCommit || state === TransactionState.prepareAbort
}

export function isCompleted({ state }: Transaction): boolean {
  return state === TransactionState.completeCommit || state === TransactionState.completeAbort
}

/** A client begins with the id: whoever had it before is fenced. `expectedEpoch` is that of one that goes on (KIP-360). */
export function initialised(
  before: Transaction,
  timeoutMs: number,
  expectedEpoch: number | null,
  nowMs: number,
): Transaction | ErrorCode {
  const { producerEpoch, lastProducerEpoch } = before
  const raised = producerEpoch + 1
  const empty = (epoch: number, last: number) =>
    begun(before, { producerEpoch: epoch, lastProducerEpoch: last, timeoutMs }, nowMs)
  if (expectedEpoch === null) return empty(raised, noEpoch)
  if (producerEpoch === noEpoch || expectedEpoch === producerEpoch) return empty(raised, producerEpoch)
  // It asks again, for its first answer was lost: nobody else has had the epoch since.
  if (expectedEpoch === lastProducerEpoch) return empty(producerEpoch, lastProducerEpoch)
  return ErrorCode.PRODUCER_FENCED
}

/** The same where the epochs of its producer id are used up. */
export function initialisedAnew(
  before: Transaction,
  producerId: Int64,
  timeoutMs: number,
  keepsLastEpoch: boolean,
  nowMs: number,
): Transaction {
  const lastProducerEpoch = keepsLastEpoch ? before.producerEpoch : noEpoch
  return begun(before, { producerId, producerEpoch: 0, lastProducerEpoch, timeoutMs }, nowMs)
}

function begun(before: Transaction, change: Partial<Transaction>, nowMs: number): Transaction {
  return changed(before, {
    ...change,
    state: TransactionState.empty,
    partitions: noPartitions,
    startMs: -1,
    lastUpdateMs: nowMs,
  })
}

/** Partitions join the transaction, which begins with the first of them. */
export function withPartitions(
  before: Transaction,
  added: PartitionsByTopic,
  clientTransactionVersion: number,
  nowMs: number,
): Transaction {
  const partitions = new Map<string, ReadonlySet<number>>(before.partitions)
  for (const [topic, indexes] of added)
    partitions.set(topic, new Set([...(partitions.get(topic) ?? []), ...indexes]))
  const isOpen = before.state === TransactionState.ongoing
  return changed(before, {
    state: TransactionState.ongoing,
    partitions,
    startMs: isOpen ? before.startMs : nowMs,
    lastUpdateMs: nowMs,
    clientTransactionVersion,
  })
}

export function hasAll({ partitions }: Transaction, asked: PartitionsByTopic): boolean {
  for (const [topic, indexes] of asked)
    for (const index of indexes) if (!partitions.get(topic)?.has(index)) return false
  return true
}

/** Its end is decided: from now on markers are written. */
export function ending(
  before: Transaction,
  end: {
    readonly commit: boolean
    readonly clientTransactionVersion: number
    readonly nextProducerId: Int64
  },
  nowMs: number,
): Transaction {
  const { commit, clientTransactionVersion, nextProducerId } = end
  const raises = clientTransactionVersion >= epochBumpVersion
  const { producerEpoch } = before
  return changed(before, {
    state: commit ? TransactionState.prepareCommit : TransactionState.prepareAbort,
    nextProducerId,
    ...(raises && { producerEpoch: Math.min(producerEpoch + 1, epochMax), lastProducerEpoch: producerEpoch }),
    // Where no partition has joined it, it begins with its end.
    startMs: before.state === TransactionState.ongoing ? before.startMs : nowMs,
    lastUpdateMs: nowMs,
    clientTransactionVersion,
  })
}

/** Its client is shut out where ends of transactions do not raise the epoch: by one that nobody is told. */
export function fenced(before: Transaction): Transaction {
  return {
    ...before,
    producerEpoch: Math.min(before.producerEpoch + 1, epochMax),
    lastProducerEpoch: noEpoch,
  }
}

/** Every marker is written. */
export function completed(before: Transaction, nowMs: number): Transaction {
  const { state, nextProducerId, clientTransactionVersion } = before
  const isRenewed = clientTransactionVersion >= epochBumpVersion && nextProducerId !== noProducerId
  return changed(before, {
    state:
      state === TransactionState.prepareCommit
        ? TransactionState.completeCommit
        : TransactionState.completeAbort,
    ...(isRenewed && { producerId: nextProducerId, producerEpoch: 0 }),
    nextProducerId: noProducerId,
    partitions: noPartitions,
    lastUpdateMs: nowMs,
  })
}

function changed(before: Transaction, change: Partial<Transaction>): Transaction {
  return { ...before, previousProducerId: before.producerId, ...change }
}
