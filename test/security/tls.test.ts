import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { Connection, createTopic, fetchRecords, produce } from '@sluice/client'
import {
  type ConnectOptions,
  HandshakeFailure,
  systemClock,
  systemDisk,
  systemNetwork,
  type TlsServerOptions,
} from '@sluice/effects'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Authority } from 'sluice'
import { SecureEngine } from './secure-engine.ts'

const host = '127.0.0.1'
const network = systemNetwork()
let engine: SecureEngine

beforeAll(async () => {
  engine = await SecureEngine.start()
})
afterAll(() => engine.stop())

function open(listener: string, wanted: ConnectOptions['tls']) {
  return Connection.open({
    network,
    host,
    port: engine.port(listener),
    ...(wanted && { tls: wanted }),
    clock: systemClock(),
    requestTimeoutMs: 10_000,
  })
}

const answers = async (listener: string, wanted: ConnectOptions['tls']) => {
  const connection = await open(listener, wanted)
  const { errorCode } = await connection.negotiate()
  await connection.close()
  return errorCode
}

describe('an encrypted listener', () => {
  it('serves whoever trusts its authority, whatever the sizes of what they send and read', async () => {
    const connection = await open('SECURE', { authorities: engine.ca })
    await createTopic(connection, 'sizes')
    const sizes = [1, 100, 16_383, 16_384, 16_385, 70_000, 262_144, 900_000]
    for (const size of sizes)
      await produce(connection, 'sizes', 0, [{ key: null, value: Buffer.alloc(size, size % 251) }])
    const records = [
      ...(await fetchRecords(connection, 'sizes', 0, 0)),
      ...(await fetchRecords(connection, 'sizes', 0, sizes.length - 1)),
    ]
    expect(records.map(({ value }) => value?.length)).toEqual(sizes)
    expect(records.every(({ value }, at) => value?.every((byte) => byte === (sizes[at] ?? 0) % 251))).toBe(
      true,
    )
    await connection.close()
  })

  it('serves kafkajs', async () => {
    const ssl = { ca: [engine.ca] }
    const kafka = new Kafka({
      brokers: [`${host}:${engine.port('SECURE')}`],
      ssl,
      logLevel: logLevel.NOTHING,
    })
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic: 'greetings', messages: [{ value: 'hi' }] })
    await producer.disconnect()
    const consumer = kafka.consumer({ groupId: 'readers' })
    await consumer.connect()
    await consumer.subscribe({ topic: 'greetings', fromBeginning: true })
    const value = await new Promise((resolve, reject) => {
      consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) }).catch(reject)
    })
    expect(value).toBe('hi')
    await consumer.disconnect()
  })

  it('is not believed by whoever trusts somebody else', async () => {
    await withAnotherAuthority(async (another) => {
      await another.issueForClient('CN=nobody')
      await expect(open('SECURE', { authorities: another.certificate() ?? '' })).rejects.toMatchObject({
        code: expect.stringMatching(/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY/),
      })
    })
  })

  it.each(['TLSv1', 'TLSv1.1'] as const)('refuses %s', async (version) => {
    const failure = await handshake({ minVersion: version, maxVersion: version, ciphers: 'ALL@SECLEVEL=0' })
    expect(failure).toMatchObject({
      code: expect.stringMatching(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS/),
    })
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('takes %s', async (version) => {
    expect(await handshake({ minVersion: version, maxVersion: version })).toBe(version)
  })

  it('closes on plain text, and goes on with others', async () => {
    const socket = net.connect(engine.port('SECURE'), host)
    socket.on('error', () => {})
    socket.write(Buffer.from('0000000c0012000300000001ffff', 'hex'))
    socket.resume()
    await new Promise((closed) => socket.once('close', closed))
    expect(await answers('SECURE', { authorities: engine.ca })).toBe(0)
  })
})

describe('a listener that requires certificates of clients', () => {
  it('serves who has one of its authority', async () => {
    expect(await answers('MUTUAL', await engine.clientCredentials('CN=alice,O=Acme'))).toBe(0)
  })

  it('refuses who has none', async () => {
    await expect(answers('MUTUAL', { authorities: engine.ca })).rejects.toThrow()
  })

  // Without an alert it would be a connection that has gone, and clients come again and again.
  it.each([
    ['TLSv1.2', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
    ['TLSv1.3', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
  ] as const)('tells who has none, by %s', async (maxVersion, code) => {
    const error = await new Promise((resolve) => {
      const socket = tls.connect({ host, port: engine.port('MUTUAL'), ca: engine.ca, maxVersion }, () =>
        socket.write('bytes'),
      )
      socket.once('error', resolve).once('close', resolve).resume()
    })
    expect(error).toMatchObject({ code })
  })

  it('refuses who has one of another authority', async () => {
    await withAnotherAuthority(async (another) => {
      const foreign = await engine.clientCredentials('CN=mallory', another)
      await expect(answers('MUTUAL', foreign)).rejects.toThrow()
      // Where a certificate is only asked for, a wrong one is no better.
      await expect(answers('EITHER', foreign)).rejects.toThrow()
    })
  })
})

it('a listener that asks for certificates serves who has one and who has none', async () => {
  expect(await answers('EITHER', { authorities: engine.ca })).toBe(0)
  expect(await answers('EITHER', await engine.clientCredentials('CN=alice'))).toBe(0)
})

describe('of a handshake that fails the log says in plain words', () => {
  /** Why a listener of this kind has refused what `come` does. */
  async function whyNot(
    clientCertificate: TlsServerOptions['clientCertificate'],
    come: Coming,
  ): Promise<string> {
    const keystore = readFileSync(engine.keystorePath, 'utf8')
    const credentials = { key: keystore, certificates: keystore, authorities: engine.ca }
    let closed: (reason: string) => void = () => {}
    const reason = new Promise<string>((resolve) => (closed = resolve))
    const options = { host, port: 0, tls: { credentials, clientCertificate, handshakeMsMax: 5_000 } }
    const listener = await network.listen(options, () => ({
      ...deaf,
      onClose: (failure?: Error) => closed(failure instanceof HandshakeFailure ? failure.message : 'let in'),
    }))
    try {
      await come(listener.port)
      return await reason
    } finally {
      await listener.close()
    }
  }

  const sending = (bytes: Buffer | string) => (port: number) => {
    const socket = net.connect(port, host, () => socket.end(bytes))
    socket.on('error', () => {})
    socket.resume()
  }
  const greeting = (options: tls.ConnectionOptions) => (port: number) => {
    const socket = tls.connect({ host, port, ca: engine.ca, ...options }, () => socket.end())
    socket.on('error', () => {})
    socket.resume()
  }
  const asClient = (authority?: Authority) => async (port: number) => {
    const { key, certificates, authorities } = await engine.clientCredentials('CN=mallory', authority)
    greeting({ key, cert: certificates, ca: authority ? engine.ca : authorities })(port)
  }
  const tls11 = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const

  it.each<[string, TlsServerOptions['clientCertificate'], Coming, RegExp]>([
    [
      'plain text',
      'none',
      sending(Buffer.from('0000000c0012000300000001ffff', 'hex')),
      /is no TLS: its security/,
    ],
    ['HTTP', 'none', sending('GET / HTTP/1.1\r\n\r\n'), /^it speaks HTTP$/],
    ['TLS 1.1', 'none', greeting(tls11), /^it speaks no TLS from 1.2 on$/],
    ['nothing', 'none', sending(''), /^it has gone before the handshake was over$/],
    ['no certificate', 'required', greeting({}), /^it shows no certificate$/],
    ['one of its authority', 'required', asClient(), /^let in$/],
  ])('%s', async (_, clientCertificate, come, words) => {
    expect(await whyNot(clientCertificate, come)).toMatch(words)
  })

  it.each(['required', 'requested'] as const)(
    'a certificate of a stranger, where one is %s',
    async (wanted) => {
      await withAnotherAuthority(async (another) => {
        expect(await whyNot(wanted, asClient(another))).toMatch(/^its certificate is of nobody whom/)
      })
    },
  )
})

it('a certificate that is renewed in its file is shown without a new start', async () => {
  const shown = async () => {
    const wanted = { authorities: engine.ca }
    const socket = await network.connect({ host, port: engine.port('SECURE'), tls: wanted }, () => deaf)
    socket.destroy()
    return socket.peerSubject
  }
  expect(await shown()).toBe('CN=broker')
  await engine.renewCertificate('another')
  expect(await shown()).toBe('CN=broker')
  engine.aMinutePasses()
  expect(await shown()).toBe('CN=another')
  rmSync(engine.keystorePath)
  engine.aMinutePasses()
  expect(await shown()).toBe('CN=another')
})

/** What somebody does with a port. */
type Coming = (port: number) => void | Promise<void>

const deaf = { receiveBuffer: () => new Uint8Array(1_024), onRead() {}, onDrain() {}, onClose() {} }

/** The version that both sides have agreed on, or the error. */
function handshake(options: tls.ConnectionOptions): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host, port: engine.port('SECURE'), ca: engine.ca, ...options })
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol())
      socket.destroy()
    })
    socket.once('error', resolve)
  })
}

async function withAnotherAuthority(use: (authority: Authority) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-authority-'))
  try {
    await use(new Authority({ clock: systemClock(), disk: systemDisk() }, directory))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
