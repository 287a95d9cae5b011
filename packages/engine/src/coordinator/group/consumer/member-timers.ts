import type { ConsumerContext } from './consumer-context.ts'

export type MemberTimer = 'session' | 'rebalance' | 'join' | 'sync'

/** As for the classic protocol: no id holds this by accident. */
export const memberTimerKey = (timer: MemberTimer, groupId: string, memberId: string) =>
  [timer, groupId, memberId].join('\u0000')

export function cancelMemberTimers({ timer }: ConsumerContext, groupId: string, memberId: string): void {
  for (const each of ['session', 'rebalance', 'join', 'sync'] as const)
    timer.cancel(memberTimerKey(each, groupId, memberId))
}
