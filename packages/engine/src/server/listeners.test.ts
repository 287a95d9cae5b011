import { MemoryNetwork, silentLogger, type SocketHandler, type TlsServerOptions } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { bindListeners, type ListenerOptions } from './listeners.ts'

const listener = (name: string, port: number): ListenerOptions => ({
  name,
  protocol: 'PLAINTEXT',
  host: '127.0.0.1',
  port,
})

const deaf: SocketHandler = {
  receiveBuffer: () => new Uint8Array(1),
  onRead() {},
  onDrain() {},
  onClose() {},
}

const unsafeTls: TlsServerOptions = {
  credentials: { key: 'key', certificates: 'CN=broker', authorities: '' },
  clientCertificate: 'none',
  handshakeMsMax: 1_000,
}

function world() {
  const network = new MemoryNetwork()
  const accepted: string[] = []
  const bind = (options: ListenerOptions[]) =>
    bindListeners(network, options, {
      accept: ({ name }) => {
        accepted.push(name)
        return deaf
      },
      tlsOf: () => unsafeTls,
      logger: silentLogger,
    })
  const connect = (port: number) => network.connect({ host: '127.0.0.1', port }, () => deaf)
  return { accepted, bind, connect }
}

describe('listeners', () => {
  it('say by which of them a connection came, and which port they got', async () => {
    const { accepted, bind, connect } = world()
    const bound = await bind([listener('CLIENT', 9092), listener('REPLICATION', 0)])
    expect(bound.map(({ name }) => name)).toEqual(['CLIENT', 'REPLICATION'])
    expect(bound[0]?.port).toBe(9092)
    expect(bound[1]?.port).toBeGreaterThan(0)
    await connect(bound[1]?.port ?? 0)
    await connect(9092)
    expect(accepted).toEqual(['REPLICATION', 'CLIENT'])
  })

  it('are bound all or none', async () => {
    const { bind, connect } = world()
    await bind([listener('OTHERS', 9093)])
    const wanted = [listener('CLIENT', 9092), listener('SECOND', 9093)]
    await expect(bind(wanted)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(connect(9092)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
