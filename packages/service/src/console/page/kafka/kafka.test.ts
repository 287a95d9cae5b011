import { expect, it } from 'vitest'
import { below, groupsPath, placesOf } from './kafka.ts'

it('shows of a group what it has committed, and what its members read without having done so', () => {
  const member = (clientId: string, ...partitions: number[]) => ({
    ...{ memberId: clientId, clientId, host: '/10.0.0.1' },
    partitions: partitions.map((partition) => ({ topic: 'orders', partition })),
  })
  const group = {
    ...{ state: 'Stable', type: 'classic', assignor: 'range' },
    members: [member('b', 10, 2), member('a', 1)],
    offsets: [
      { topic: 'visits', partition: 0, committedOffset: 9, endOffset: 4 },
      { topic: 'orders', partition: 2, committedOffset: 1, endOffset: 5 },
    ],
  }
  const places = placesOf(group).map(({ topic, partition, committed, end, lag, member: of }) =>
    [topic, partition, committed, end, lag, of].join(' '),
  )
  expect(places).toEqual([
    'orders 1    a /10.0.0.1',
    'orders 2 1 5 4 b /10.0.0.1',
    'orders 10    b /10.0.0.1',
    // What was cut off the log leaves nothing to be behind of.
    'visits 0 9 4 0 ',
  ])
})

it('asks for whatever is called as it likes', () => {
  expect(groupsPath('demo', { group: "it's/<b>&?" })).toBe(
    '/_sluice/groups?cluster=demo&group=it%27s%2F%3Cb%3E%26%3F',
  )
  expect(below('arn:aws:kafka:x:1:cluster/a/b', 'topics', 't')).toBe(
    '/v1/clusters/arn%3Aaws%3Akafka%3Ax%3A1%3Acluster%2Fa%2Fb/topics/t',
  )
})
