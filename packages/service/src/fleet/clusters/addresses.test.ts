import { describe, expect, it } from 'vitest'
import { ListenerName, type NodeKey, type NodeListener, type ObservedNode } from '../engines/engine.ts'
import { connectString, listenerAddresses } from './addresses.ts'

const listener = ListenerName.client
const host = '127.0.0.1'
const broker = (nodeId: number): NodeKey => ({ role: 'broker', nodeId })
const place = (host: string, port: number): NodeListener => ({ name: listener, host, port })
const kept = (nodeId: number, port: number) => ({ ...broker(nodeId), place: place(host, port) })
const node = (key: NodeKey, state: ObservedNode['state'], own: NodeListener): ObservedNode => {
  return { ...key, state, failure: null, fingerprint: '', listeners: [own] }
}

describe('the addresses of a cluster', () => {
  it('are those that its nodes say, by node id', () => {
    const observed = [
      node(broker(2), 'running', place('192.0.2.1', 9092)),
      node(broker(1), 'running', place('::1', 9092)),
    ]
    const addresses = listenerAddresses([kept(2, 9093), kept(1, 9092)], observed)
    expect(addresses).toMatchObject([
      { ...broker(1), listener, host: '::1', port: 9092, isUp: true },
      { ...broker(2), listener, host: '192.0.2.1', port: 9092, isUp: true },
    ])
    expect(connectString(addresses)).toBe('[::1]:9092,192.0.2.1:9092')
  })

  it('are the advertised ones, beside those by which this machine reaches them', () => {
    const advertised = { host: 'b-1.test', port: 9001 }
    const observed = [
      node(broker(1), 'running', { ...place('0.0.0.0', 9092), advertised }),
      node(broker(2), 'running', place('0.0.0.0', 9093)),
    ]
    expect(listenerAddresses([kept(1, 9092), kept(2, 9093)], observed)).toMatchObject([
      { ...advertised, local: { host, port: 9092 } },
      { host, port: 9093, local: { host, port: 9093 } },
    ])
  })

  it('are the kept ones of nodes that are down: gone, failed, or not the node that is meant', () => {
    const observed = [
      node(broker(2), 'failed', place('192.0.2.1', 1)),
      node({ role: 'zookeeper', nodeId: 1 }, 'running', place('192.0.2.1', 2)),
    ]
    const addresses = listenerAddresses([kept(1, 9092), kept(2, 9093)], observed)
    expect(connectString(addresses)).toBe('127.0.0.1:9092,127.0.0.1:9093')
    expect(addresses.map(({ isUp }) => isUp)).toEqual([false, false])
  })
})
