import { MemoryNetwork } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { allocatePorts, clientPlaces, innerPlaces, type PortRecord, type PortWish } from './ports.ts'

const host = '127.0.0.1'
let network: MemoryNetwork

beforeEach(() => {
  network = new MemoryNetwork()
})

const occupy = (port: number) => network.listen({ host, port }, () => idle)
const idle = { receiveBuffer: () => new Uint8Array(1), onRead() {}, onDrain() {}, onClose() {} }

const wish = (change: Partial<PortWish> = {}): PortWish => ({
  role: 'broker',
  nodeId: 1,
  listener: 'CLIENT',
  host,
  places: clientPlaces(9092, change.nodeId ?? 1),
  ...change,
})
const had = (port: number, explicit = false): PortRecord => ({
  role: 'broker',
  nodeId: 1,
  listener: 'CLIENT',
  port,
  explicit,
})
const allocate = async (wishes: PortWish[], stored: PortRecord[] = [], reserved: number[] = []) =>
  (await allocatePorts(network, wishes, stored, new Set(reserved))).map(({ port }) => port)

describe('a listener that is new', () => {
  it('of a broker gets MSK’s port, 10,000 more a broker, where that is taken 100 more, at last any', async () => {
    const brokers = [1, 2, 3].map((nodeId) => wish({ nodeId }))
    expect(await allocate(brokers)).toEqual([9092, 19_092, 29_092])
    await occupy(9092)
    expect(await allocate(brokers, [], [9192, 29_092])).toEqual([9292, 19_092, 29_192])
    expect(clientPlaces(9092, 7)).toEqual([])
    const [seventh = 0] = await allocate([wish({ nodeId: 7 })])
    expect(seventh).toBeGreaterThan(0)
    const places = clientPlaces(9092, 1)
    expect(places).toHaveLength(10)
    const [other] = await allocate([wish()], [], places)
    expect(places).not.toContain(other)
  })

  it('between nodes gets the next one that is free and no place of a broker’s', async () => {
    const inner = [1, 2].map((nodeId) =>
      wish({ nodeId, listener: 'CONTROLLER', places: innerPlaces(19_088) }),
    )
    expect(await allocate(inner)).toEqual([19_088, 19_089])
    await occupy(19_088)
    expect(await allocate(inner)).toEqual([19_089, 19_100])
  })

  it('gets the port that is asked for, and an error when it is taken', async () => {
    const [port] = await allocatePorts(network, [wish({ asked: 5000 })], [], new Set())
    expect(port).toEqual({ role: 'broker', nodeId: 1, listener: 'CLIENT', port: 5000, explicit: true })
    await occupy(5000)
    await expect(allocate([wish({ asked: 5000 })])).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(allocate([wish({ asked: 6000 })], [], [6000])).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('gets any free port without a place', async () => {
    const [first, second] = await allocate([wish({ places: [] }), wish({ nodeId: 2, places: [] })])
    expect(first).toBeGreaterThan(0)
    expect(second).toBeGreaterThan(0)
    expect(second).not.toBe(first)
  })
})

describe('a listener that had a port', () => {
  it('keeps it, whatever its places are now', async () => {
    expect(await allocate([wish()], [had(9500)])).toEqual([9500])
    expect(await allocate([wish({ places: [] })], [had(9500)])).toEqual([9500])
  })

  it('moves on when it is taken and was a default', async () => {
    await occupy(9500)
    expect(await allocate([wish()], [had(9500)])).toEqual([9092])
  })

  it('stays an error when it is taken and was asked for', async () => {
    await occupy(9500)
    await expect(allocate([wish()], [had(9500, true)])).rejects.toMatchObject({
      message: 'Port 9500 cannot be used.',
    })
  })

  it('gives way to one that is asked for now', async () => {
    expect(await allocate([wish({ asked: 7000 })], [had(9500, true)])).toEqual([7000])
  })
})
