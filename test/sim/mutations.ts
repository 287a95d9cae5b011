/** A bug that is put in on purpose: text of the sources, and what stands there instead. */
export interface Mutation {
  readonly name: string
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
}

const engine = 'packages/engine/src'

function edit(file: string, from: string, to: string): Mutation['edits'][number] {
  return { file: `${engine}/${file}`, from, to }
}

/**
 * What the simulation has to find: a bug that no seed sees would mean that it is too tame. A text that is not found any
 * more is a failure, too.
 */
export const mutations: readonly Mutation[] = [
  {
    name: 'the high watermark does not wait for the ISR',
    edits: [edit('replication/isr.ts', 'end = Math.min(end,', 'end = Math.max(end,')],
  },
  {
    name: 'a new follower truncates to its high watermark, not by epoch',
    edits: [
      edit('replication/follower.ts', 'if (log.leaderEpochs.latestEpoch === null) this', 'this'),
      edit(
        'replication/follower.ts',
        'const offset = agreedEnd(log, diverging)',
        'const offset = log.highWatermark',
      ),
    ],
  },
  {
    name: 'an election does not begin an epoch',
    edits: [
      edit(
        'metadata/topics-image.ts',
        'leaderEpoch: leaderKept ? before.leaderEpoch : before.leaderEpoch + 1,',
        'leaderEpoch: before.leaderEpoch,',
      ),
    ],
  },
  {
    name: 'a follower is believed to have what it once had',
    edits: [
      edit(
        'replication/replica-progress.ts',
        'this.#endOffset = endOffset\n',
        'this.#endOffset = Math.max(this.#endOffset, endOffset)\n',
      ),
    ],
  },
  {
    name: 'a follower that is behind enters the ISR',
    edits: [edit('replication/isr.ts', 'replica.endOffset >= view.highWatermark &&', '')],
  },
  {
    name: 'who comes back with an empty disk may lead like the others',
    edits: [
      edit(
        'controller/partition-changes.ts',
        'isMadeAnew ? { ...wish, madeAnew: brokerId } : wish',
        'isMadeAnew ? { ...wish } : wish',
      ),
    ],
  },
  {
    name: 'nobody remembers who was eligible until it stopped uncleanly',
    edits: [edit('controller/partition-change.ts', '...lastKnownElr, ...stopped])', '...lastKnownElr])')],
  },
  {
    name: 'anybody who is alive leads',
    edits: [
      edit(
        'controller/partition-change.ts',
        'preference.find((id) => valid.includes(id) && canLead(id))',
        'preference.find((id) => canLead(id))',
      ),
    ],
  },
  {
    name: 'followers do not know the producers',
    edits: [
      edit(
        'storage/log.ts',
        'this.#store.append(read.batches, read.facts)',
        'this.#store.append(read.batches, read.facts.map((each) => ({ ...each, producerId: -1 })))',
      ),
      edit(
        'storage/log.ts',
        'this.#store.append(batches, facts)\n    this.#stagedEnd',
        'this.#store.append(batches, facts.map((each) => ({ ...each, producerId: -1 })))\n    this.#stagedEnd',
      ),
    ],
  },
  {
    name: 'a follower moves its high watermark by itself',
    edits: [
      edit(
        'replication/follower.ts',
        'log.advanceHighWatermark(highWatermark)',
        'log.advanceHighWatermark(log.logEndOffset)',
      ),
    ],
  },
  {
    name: 'the metadata log is not synced',
    edits: [
      edit(
        'controller/metadata-log.ts',
        'await this.#log.flushRecords()\n    this.#log.advanceHighWatermark(this.#log.recoveryPoint)',
        'this.#log.advanceHighWatermark(this.#log.logEndOffset)',
      ),
    ],
  },
  {
    name: 'offsets are committed by the leader alone',
    edits: [edit('broker/internal-topic-log.ts', 'acks: allReplicas,', 'acks: 1,')],
  },
  {
    name: 'a batch that came before is written again',
    edits: [edit('storage/log.ts', "if (verdict.kind === 'duplicate')", 'if (false)')],
  },
  {
    name: 'min.insync.replicas is nothing to the leader',
    edits: [
      edit(
        'replication/leader.ts',
        'return isUnderMinIsr(isr.length, replicas.length, context.minInSyncReplicas(topic))',
        'return false',
      ),
    ],
  },
  {
    name: 'every shutdown counts as clean',
    edits: [edit('controller/partition-changes.ts', '!isClean && this.#image.keepsElr', 'false')],
  },
  {
    name: 'a leader that resigns acknowledges what waits',
    edits: [
      edit('replication/leader.ts', 'this.#purgatory.failAll(error)', 'this.#purgatory.advance(Infinity)'),
    ],
  },
  {
    name: 'a recovery does not look at checksums',
    edits: [edit('storage/recovery.ts', ' || !RecordBatch.isCrcValid(b, at, size)', '')],
  },
  {
    name: 'a recovery does not see holes',
    edits: [edit('storage/recovery.ts', 'segment.baseOffset === end ||', 'segment.baseOffset >= end ||')],
  },
  {
    name: 'a group coordinator loads what is committed alone',
    edits: [
      edit(
        'broker/internal-topic-log.ts',
        'const { logEndOffset } = log',
        'const logEndOffset = log.highWatermark',
      ),
    ],
  },
  {
    name: 'who was put out of the ISR enters without a fetch',
    edits: [edit('replication/isr.ts', '!replica.isPutOut &&\n    replica.endOffset', 'replica.endOffset')],
  },
  {
    name: 'readers of what is committed get what is open',
    edits: [
      edit(
        'storage/log.ts',
        'return unstable === null ? this.#highWatermark : Math.min(unstable, this.#highWatermark)',
        'return unstable === null ? this.#highWatermark : this.#highWatermark',
      ),
    ],
  },
  {
    name: 'an aborted transaction is not put down in the index',
    edits: [edit('storage/log-store.ts', 'if (completed.aborted) {', 'if (completed.aborted && false) {')],
  },
  {
    name: 'a coordinator goes on with no end that another has begun',
    edits: [
      edit(
        'coordinator/transaction/transaction-shard.ts',
        'const undone = [...this.#transactions.values()].filter(isPrepared)',
        'const undone = [...this.#transactions.values()].filter((each) => isPrepared(each) && false)',
      ),
    ],
  },
  {
    name: 'a transaction is complete when one of its partitions has the marker',
    edits: [
      edit(
        'coordinator/transaction/transaction-coordinator.ts',
        'left = outcome.left\n',
        'left = new Map()\n      void outcome.left\n',
      ),
    ],
  },
  {
    name: 'who comes under a transactional id fences nobody',
    edits: [
      edit(
        'coordinator/transaction/init-producer-id.ts',
        '  if (known.state === TransactionState.ongoing)\n',
        '  if (known.state === TransactionState.ongoing) return known\n  if (known.state === TransactionState.ongoing)\n',
      ),
    ],
  },
  {
    name: 'a transaction may take as long as it likes',
    edits: [
      edit(
        'coordinator/transaction/transaction-shard.ts',
        'const isOver =\n        addInt64(open.startMs, open.timeoutMs) < supplies.nowMs || sinceMs + open.timeoutMs < monotonicMs',
        'const isOver = addInt64(open.startMs, open.timeoutMs) < -1',
      ),
    ],
  },
  {
    name: 'offsets of a transaction count however it ends',
    edits: [edit('coordinator/group/offsets/offsets.ts', 'if (committed && counts)', 'if (counts)')],
  },
  {
    name: 'a snapshot of producers knows no open transactions',
    edits: [
      edit(
        'storage/producer-state.ts',
        'currentTransactionFirstOffset: entry.transactionFirstOffset ?? -1,',
        'currentTransactionFirstOffset: -1,',
      ),
    ],
  },
  {
    name: 'what a transaction writes needs no leave of its coordinator',
    edits: [
      edit(
        'storage/producer-check.ts',
        'if (batch.isTransactional && !isProven && (!verification || verification !== claim.verification))',
        'if (batch.isTransactional && !isProven && Date.now() < 0)',
      ),
    ],
  },
  {
    name: 'the marker of a transaction makes void what the next one has asked',
    edits: [edit('storage/verification.ts', 'marker ? one.outlivesMarker(producerEpoch)', 'marker ? false')],
  },
  {
    name: 'an end is put down, and no marker is written',
    edits: [
      edit(
        'coordinator/transaction/transaction-shard.ts',
        '      committed: () => this.#options.prepared(this, prepared),\n',
        '      committed: () => {},\n',
      ),
    ],
  },
  {
    name: 'the cleaner does not wait for what is committed',
    edits: [edit('storage/cleaner/cleanable.ts', 'Math.min(lastStableOffset, active,', 'Math.min(active,')],
  },
  {
    name: 'a cleaned segment is put in place before it is durable',
    edits: [edit('storage/cleaner/clean-log.ts', 'yield* awaited(cleaned.flush())', '')],
  },
  {
    name: 'members: one is given what another has not given back',
    edits: [
      edit(
        'coordinator/group/consumer/consumer-group.ts',
        'return this.#holders.has(topicId, partition)',
        'return this.#holders.has(topicId, partition) && this.epoch < 0',
      ),
    ],
  },
  {
    name: 'members: whoever is none any more commits',
    edits: [
      edit(
        'coordinator/group/consumer/consumer-group.ts',
        'if (!member) return ErrorCode.UNKNOWN_MEMBER_ID\n    const isClassic',
        'if (!member) return ErrorCode.NONE\n    const isClassic',
      ),
    ],
  },
  {
    name: 'members: a target has partitions twice',
    edits: [
      edit(
        'coordinator/group/consumer/target-assignment.ts',
        'if (group.targets.has(memberId) && sameAssignment(own, before)) continue',
        'if (group.targets.has(memberId) && before.size > 0) continue',
      ),
    ],
  },
  {
    name: 'members: one that is silent is not missed',
    edits: [
      edit(
        'coordinator/group/consumer/timers.ts',
        "fenceAfter(context, 'session', groupId, member.memberId, timeoutMs)",
        "fenceAfter(context, 'session', groupId, member.memberId, timeoutMs * 1_000)",
      ),
    ],
  },
  {
    name: 'members: when one goes the epoch stays',
    edits: [
      edit(
        'coordinator/group/consumer/fence.ts',
        'const epoch = group.epoch + 1',
        'const epoch = group.epoch',
      ),
    ],
  },
  {
    name: 'names: those in the directory of a log are not synced',
    edits: [edit('storage/flushes.ts', 'await this.#log.disk.syncDirectory(directory)\n', '\n')],
  },
  {
    name: 'names: the directory of a broker is not kept',
    edits: [edit('storage/meta-properties.ts', 'keepDirectorySync(disk, directory)\n', '\n')],
  },
]
