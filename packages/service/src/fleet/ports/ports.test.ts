import { MemoryNetwork } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { allocatePorts, type PortRecord, type PortWish } from './ports.ts'

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
  base: 9092,
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
  (await allocatePorts(network, host, wishes, stored, new Set(reserved))).map(({ port }) => port)

describe('a listener that is new', () => {
  it('gets its base port, or the next that is free and nobody else has', async () => {
    expect(await allocate([wish()])).toEqual([9092])
    await occupy(9092)
    expect(await allocate([wish()], [], [9093])).toEqual([9094])
  })

  it('shares no port with another of the same cluster', async () => {
    expect(await allocate([wish(), wish({ nodeId: 2 }), wish({ nodeId: 3 })])).toEqual([9092, 9093, 9094])
  })

  it('gets the port that is asked for, and an error when it is taken', async () => {
    const [port] = await allocatePorts(network, host, [wish({ asked: 5000 })], [], new Set())
    expect(port).toEqual({ role: 'broker', nodeId: 1, listener: 'CLIENT', port: 5000, explicit: true })
    await occupy(5000)
    await expect(allocate([wish({ asked: 5000 })])).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(allocate([wish({ asked: 6000 })], [], [6000])).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('gets any free port for 0', async () => {
    const [first, second] = await allocate([wish({ asked: 0 }), wish({ nodeId: 2, asked: 0 })])
    expect(first).toBeGreaterThan(0)
    expect(second).toBeGreaterThan(0)
    expect(second).not.toBe(first)
  })
})

describe('a listener that had a port', () => {
  it('keeps it, whatever the base is now', async () => {
    expect(await allocate([wish({ base: 1 })], [had(9500)])).toEqual([9500])
    expect(await allocate([wish({ asked: 0 })], [had(9500)])).toEqual([9500])
  })

  it('moves on when it is taken and was a default', async () => {
    await occupy(9500)
    expect(await allocate([wish()], [had(9500)])).toEqual([9501])
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
