import { MemoryNetwork, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { ListenerName } from '../engine.ts'
import { ClusterClient } from './cluster-client.ts'

it('says of no group that there is none while a broker that may coordinate it does not answer', async () => {
  const credentials = () => {
    throw new Error('a plaintext listener asks for none')
  }
  const client = new ClusterClient(
    { clock: new TestClock(), network: new MemoryNetwork(), credentials },
    () => [
      {
        ...{ role: 'broker', nodeId: 1, state: 'running', failure: null, fingerprint: '' },
        listeners: [{ name: ListenerName.client, host: '127.0.0.1', port: 9092 }],
      },
    ],
  )
  await expect(client.group('readers')).rejects.toThrow('ECONNREFUSED')
})
