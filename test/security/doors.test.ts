import * as net from 'node:net'
import { Connection } from '@sluice/client'
import { lineLogger, systemClock, systemNetwork } from '@sluice/effects'
import { ApiVersions } from '@sluice/wire'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SecureEngine } from './secure-engine.ts'

// Strangers at an encrypted listener, over real sockets.

const host = '127.0.0.1'
let engine: SecureEngine
const sockets: net.Socket[] = []
const lines: string[] = []

beforeAll(async () => {
  const logger = lineLogger(
    (line) => lines.push(line.slice(25)),
    'debug',
    () => 0,
  )
  const limits = {
    'listener.name.secure.max.connections': '1',
    'socket.listen.backlog.size': '1',
    'max.connections': '150',
  }
  engine = await SecureEngine.start(limits, logger)
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

it('nobody is warned of who knocks and goes without a byte, and everybody of who goes in the middle', async () => {
  const from = lines.length
  const told = () =>
    lines.slice(from).flatMap((line) => {
      const [level = '', isTold] = [line.split(' ', 1)[0], /without a byte|TLS handshake/.test(line)]
      return isTold ? [level] : []
    })
  const goesAway = [(socket: net.Socket) => socket.end(), (socket: net.Socket) => socket.resetAndDestroy()]
  for (const [at, goAway] of goesAway.entries()) {
    goAway(await knock('SCRAM'))
    await expect.poll(told).toEqual(Array(at + 1).fill('DEBUG'))
  }
  const greeting = Buffer.from('1603010200', 'hex')
  ;(await knock('SCRAM')).end(greeting)
  await expect.poll(told).toEqual(['DEBUG', 'DEBUG', 'WARN'])
  expect(lines.at(-1)).toContain('reason="it has gone before the handshake was over" listener=SCRAM')
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
