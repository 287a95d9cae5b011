import { describe, expect, it } from 'vitest'
import { loopbackReach, type Reach } from '../reach.ts'
import { customListenersProblem } from '../engines/custom-listeners.ts'
import { listenerPlace, unfitCustomListeners } from './listener-places.ts'

const open: Reach = {
  host: '0.0.0.0',
  advertisedHost: 'kafka.test',
  advertisedHosts: { CLIENT_IAM: 'iam.kafka.test' },
}
const custom = 'CLIENT_IAM://b-{broker_id}.example.com:9000+{broker_id}'

describe('where a listener of a node is', () => {
  it('is the loopback address, unless other machines shall reach it', () => {
    const of = { nodeId: 2, listener: 'CLIENT', port: 19_092 } as const
    expect(listenerPlace(loopbackReach, undefined, of)).toEqual({
      name: 'CLIENT',
      host: '127.0.0.1',
      port: 19_092,
    })
    expect(listenerPlace({ ...open, advertisedHost: null }, undefined, of)).toEqual({
      name: 'CLIENT',
      host: '0.0.0.0',
      port: 19_092,
    })
  })

  it('has the name that clients are told: its own before that of all', () => {
    const told = (listener: 'CLIENT' | 'CLIENT_IAM') =>
      listenerPlace(open, undefined, { nodeId: 1, listener, port: 9 }).advertised
    expect(told('CLIENT')).toEqual({ host: 'kafka.test', port: 9 })
    expect(told('CLIENT_IAM')).toEqual({ host: 'iam.kafka.test', port: 9 })
  })

  it.each(['REPLICATION_SECURE', 'CONTROLLER_SECURE', 'REPLICATION', 'ZOOKEEPER'] as const)(
    'of %s is out of reach for other machines',
    (listener) =>
      expect(listenerPlace(open, undefined, { nodeId: 1, listener, port: 9 })).toEqual({
        name: listener,
        host: '127.0.0.1',
        port: 9,
      }),
  )

  it('is told as the configuration has it, by each broker with its id', () => {
    const place = { nodeId: 2, listener: 'CLIENT_IAM', port: 19_098 } as const
    expect(listenerPlace(open, custom, place)).toEqual({
      name: 'CLIENT_IAM',
      host: '0.0.0.0',
      port: 19_098,
      advertised: { host: 'b-2.example.com', port: 9002 },
    })
  })
})

describe('custom.advertised.listeners', () => {
  it.each([custom, `CLIENT://x:1+{broker_id}, ${custom}`])('takes %s', (text) => {
    expect(customListenersProblem(text)).toBeNull()
  })

  it.each([
    ['', "'' is not LISTENER://"],
    ['CLIENT://x:9092', "'CLIENT://x:9092' is not LISTENER://"],
    ['CLIENT://a b:1+{broker_id}', 'is not LISTENER://'],
    ['CLIENT://x/y:1+{broker_id}', 'is not LISTENER://'],
    ['REPLICATION_SECURE://x:1+{broker_id}', "'REPLICATION_SECURE' is none of the listeners for clients"],
    [`${custom},${custom}`, 'CLIENT_IAM is there twice'],
    ['CLIENT://x:65535+{broker_id}', 'has a port above 65535'],
  ])('refuses %j', (text, problem) => {
    expect(customListenersProblem(text)).toContain(problem)
  })

  it.each([
    [custom, 3, null],
    [`CLIENT://b-{broker_id}.x:1+{broker_id},${custom}`, 3, null],
    ['CLIENT_SECURE://x:1+{broker_id}', 3, 'CLIENT_SECURE is no listener of the cluster'],
    ['CLIENT://x:65533+{broker_id}', 2, null],
    ['CLIENT://x:65533+{broker_id}', 3, 'broker 3 would have the port 65536'],
    ['CLIENT://x:9000+{broker_id},CLIENT_IAM://x:9003+{broker_id}', 3, null],
    ['CLIENT://x:9000+{broker_id},CLIENT_IAM://x:9002+{broker_id}', 3, 'two listeners would have x:9003'],
  ])('judges %s for a cluster of %i brokers', (text, brokers, problem) => {
    const found = unfitCustomListeners(text, ['CLIENT', 'CLIENT_IAM'], brokers)
    if (problem === null) expect(found).toBeNull()
    else expect(found).toContain(problem)
  })
})
