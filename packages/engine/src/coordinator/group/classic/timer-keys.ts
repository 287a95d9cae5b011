/** Ids may hold any character but this one, which no client can type by accident. */
const separator = '\u0000'

export const timerKeys = {
  join: (groupId: string) => ['join', groupId].join(separator),
  sync: (groupId: string) => ['sync', groupId].join(separator),
  heartbeat: (groupId: string, memberId: string) => ['heartbeat', groupId, memberId].join(separator),
}
