import { describe, expect, it } from 'vitest'
import { ListenerName, type NodeKey, type ObservedNode } from '../engines/engine.ts'
import { connectString, listenerAddresses } from './addresses.ts'

const listener = ListenerName.client
const port = (nodeId: number, number: number) => {
  return { role: 'broker', nodeId, listener, port: number, explicit: false } as const
}
const node = (key: NodeKey, state: ObservedNode['state'], host: string, number: number): ObservedNode => {
  return {
    ...key,
    state,
    failure: null,
    fingerprint: '',
    listeners: [{ name: listener, host, port: number }],
  }
}
const broker = (nodeId: number): NodeKey => ({ role: 'broker', nodeId })

describe('the addresses of a cluster', () => {
  it('are those that its nodes say, by node id', () => {
    const observed = [
      node(broker(2), 'running', 'b-2.example', 9092),
      node(broker(1), 'running', '::1', 9092),
    ]
    const addresses = listenerAddresses({ ports: [port(2, 9093), port(1, 9092)] }, observed, '127.0.0.1')
    expect(addresses).toEqual([
      { ...broker(1), listener, host: '::1', port: 9092, isUp: true },
      { ...broker(2), listener, host: 'b-2.example', port: 9092, isUp: true },
    ])
  })

  it('are the kept ones of nodes that are down: gone, failed, or not the node that is meant', () => {
    const observed = [
      node(broker(2), 'failed', 'b-2.example', 1),
      node({ role: 'zookeeper', nodeId: 1 }, 'running', 'z-1.example', 2),
    ]
    const addresses = listenerAddresses({ ports: [port(1, 9092), port(2, 9093)] }, observed, '127.0.0.1')
    expect(connectString(addresses)).toBe('127.0.0.1:9092,127.0.0.1:9093')
    expect(addresses.map(({ isUp }) => isUp)).toEqual([false, false])
  })
})
