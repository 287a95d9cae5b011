/* What was sent, what was read, what is there: whether all of it agrees. Pure. */

/** What one writer has sent to its partition: each number once, in order. */
export interface Sent {
  readonly partition: number
  readonly acknowledged: readonly number[]
  /** Of calls that failed for good: they may be there, and once. */
  readonly unsure: readonly number[]
}

/** A record of a partition's log. */
export interface Stored {
  readonly offset: number
  readonly value: number
}

export interface Account {
  readonly acknowledged: number
  readonly unsure: number
  readonly consumed: number
  /** What is wrong, as `orders-3: …`, by kind. */
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  readonly disordered: readonly string[]
  /** Nobody has sent it. */
  readonly strange: readonly string[]
  /** A consumer has read at an offset what is not there any more. */
  readonly changed: readonly string[]
}

/** `logs` and `read` by partition; a consumer may read the same record twice. */
export function accountOf(
  sent: readonly Sent[],
  logs: ReadonlyMap<number, readonly Stored[]>,
  read: ReadonlyMap<number, readonly Stored[]>,
): Account {
  const parts = sent.map((one) =>
    partitionAccount(one, logs.get(one.partition) ?? [], read.get(one.partition) ?? []),
  )
  const all = (kind: 'lost' | 'duplicated' | 'disordered' | 'strange' | 'changed') =>
    parts.flatMap((part) => part[kind])
  return {
    acknowledged: sent.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
    unsure: sent.reduce((sum, { unsure }) => sum + unsure.length, 0),
    consumed: [...read.values()].reduce((sum, records) => sum + records.length, 0),
    lost: all('lost'),
    duplicated: all('duplicated'),
    disordered: all('disordered'),
    strange: all('strange'),
    changed: all('changed'),
  }
}

export function isClean(account: Account): boolean {
  const { lost, duplicated, disordered, strange, changed } = account
  return [lost, duplicated, disordered, strange, changed].every(({ length }) => length === 0)
}

function partitionAccount(
  { partition, acknowledged, unsure }: Sent,
  log: readonly Stored[],
  read: readonly Stored[],
) {
  const named = (value: number, what: string) => `${partition}: ${value} ${what}`
  const times = new Map<number, number>()
  for (const { value } of log) times.set(value, (times.get(value) ?? 0) + 1)
  const known = new Set([...acknowledged, ...unsure])
  const at = new Map(log.map(({ offset, value }) => [offset, value]))
  return {
    lost: acknowledged
      .filter((value) => !times.has(value))
      .map((value) => named(value, 'was acknowledged and is gone')),
    duplicated: [...times]
      .filter(([, count]) => count > 1)
      .map(([value, count]) => named(value, `is there ${count} times`)),
    disordered: log
      .filter(({ value }, index) => index > 0 && value < (log[index - 1]?.value ?? 0))
      .map(({ offset, value }) => named(value, `at offset ${offset} stands behind a later one`)),
    strange: [...times.keys()]
      .filter((value) => !known.has(value))
      .map((value) => named(value, 'was never sent')),
    changed: read
      .filter(({ offset, value }) => at.get(offset) !== value)
      .map(({ offset, value }) =>
        named(value, `was read at offset ${offset}, where ${at.get(offset) ?? 'nothing'} is`),
      ),
  }
}
