import { ErrorCode } from '@sluice/wire'
import { type AppendRequest, refusedAppend } from './append.ts'

/** What a broker does for a partition that another one leads: its records come from there, and from nobody else. */
export class Follower {
  append({ sink, index }: AppendRequest): void {
    sink.appended(index, refusedAppend(ErrorCode.NOT_LEADER_OR_FOLLOWER))
  }

  /** Nothing is ever staged. */
  commit(): void {}
}
