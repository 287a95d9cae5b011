import { MemoryNetwork } from '@sluice/effects'
import { expect, it } from 'vitest'
import { localNetwork } from './local-network.ts'

const idle = { receiveBuffer: () => new Uint8Array(1), onRead() {}, onDrain() {}, onClose() {} }

it('a broker is dialled where it listens, whatever name it has for others', async () => {
  const network = new MemoryNetwork()
  await network.listen({ host: '127.0.0.1', port: 9092 }, () => idle)
  const advertised = { host: 'kafka.test', port: 9001 }
  const listeners = [{ name: 'CLIENT', host: '0.0.0.0', port: 9092, advertised }]
  const local = localNetwork(network, { brokers: [{ id: 1, listeners }] })
  const reached = async (host: string, port: number) =>
    (await local.connect({ host, port }, () => idle)).remotePort
  expect(await reached('kafka.test', 9001)).toBe(9092)
  expect(await reached('127.0.0.1', 9092)).toBe(9092)
  await expect(reached('kafka.test', 9002)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
