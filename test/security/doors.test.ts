import * as net from 'node:net'
import { Connection } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import { ApiVersions } from '@sluice/wire'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SecureEngine } from './secure-engine.ts'

// Strangers at an encrypted listener, over real sockets.

const host = '127.0.0.1'
let engine: SecureEngine
const sockets: net.Socket[] = []

beforeAll(async () => {
  engine = await SecureEngine.start({
    'listener.name.secure.max.connections': '1',
    'socket.listen.backlog.size': '1',
    'max.connections': '150',
  })
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await engine.stop()
})

function knock(listener: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(engine.port(listener), host, () => resolve(socket.resume()))
    socket.on('error', reject)
    sockets.push(socket)
  })
}

function open(listener: string): Promise<Connection> {
  return Connection.open({
    network: systemNetwork(),
    host,
    port: engine.port(listener),
    tls: { authorities: engine.ca },
    clock: systemClock(),
    requestTimeoutMs: 20_000,
  })
}

it('a handshake waits until there is a place, and others beyond those that may wait are closed', async () => {
  const first = await open('SECURE')
  expect((await first.send(ApiVersions, 0, {})).errorCode).toBe(0)
  let isOpen = false
  const second = open('SECURE').then((connection) => {
    isOpen = true
    return connection
  })
  const third = await knock('SECURE').then((socket) => new Promise((closed) => socket.once('close', closed)))
  expect(third).toBe(false)
  expect(isOpen).toBe(false)
  await first.close()
  expect((await (await second).send(ApiVersions, 0, {})).errorCode).toBe(0)
  await (await second).close()
})

it('whoever begins no handshake shuts nobody out, of this listener or another', async () => {
  const silent = await Promise.all(Array.from({ length: 300 }, () => knock('SCRAM')))
  for (const listener of ['EITHER', 'SCRAM']) {
    const connection = await open(listener)
    expect((await connection.send(ApiVersions, 0, {})).errorCode).toBe(0)
    await connection.close()
  }
  // 75 of them may be there: half of max.connections.
  await expect.poll(() => silent.filter((socket) => socket.closed).length).toBeGreaterThan(220)
})
