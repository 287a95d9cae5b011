import type { Clock, Logger, Random } from '@sluice/effects'
import type { Decision, FinalDecision } from '../decision.ts'
import type { CoordinatorTimer } from '../timer.ts'
import type { GroupCoordinatorConfig } from './group-config.ts'
import type { GroupRecord } from './group-records.ts'
import type { Groups } from './groups.ts'
import type { MemberBytes } from './member-bytes.ts'

/** What the operations of any protocol stand on: one shard's groups, and its timers. */
export interface ShardContext {
  readonly config: GroupCoordinatorConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly timer: CoordinatorTimer<GroupRecord>
  readonly groups: Groups
  /** Of all shards of the broker. */
  readonly memberBytes: MemberBytes
}

export type GroupDecision<R> = Decision<R, GroupRecord>
export type FinalGroupDecision<R> = FinalDecision<R, GroupRecord>
