import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { Connection } from '@sluice/client'
import { systemClock, systemDisk, systemNetwork } from '@sluice/effects'
import { Authority, NodeAuthority, reloadFiles } from 'sluice'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ApacheKafkaNode } from '../oracle/apache-kafka-node.ts'
import { freePort } from '../oracle/apache-kafka-process.ts'
import { locateApacheKafka } from '../oracle/locate-apache-kafka.ts'

// What Apache Kafka does with a keystore and a truststore that change while it runs.

const found = process.env.SLUICE_INTEROP ? await locateApacheKafka((line) => console.log(line)) : undefined
const host = '127.0.0.1'

describe.skipIf(!found || 'missing' in found)('an Apache Kafka broker', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-certificates-'))
  const disk = systemDisk()
  const authority = new Authority({ clock: systemClock(), disk }, directory)
  const keystore = join(directory, 'keystore.pem')
  const issue = () => authority.keepFile(keystore, { subject: 'CN=b-1.demo', hosts: [host] })
  const truststore = join(directory, 'client-authorities.pem')
  const mine = new NodeAuthority({ clock: systemClock(), disk }, join(directory, 'mine'), 'mine')
  let node: ApacheKafkaNode
  let securePort: number

  beforeAll(async () => {
    if (!found || 'missing' in found) return
    await issue()
    await mine.keepNodeFile(mine.servicePath, [])
    writeFileSync(truststore, readFileSync(authority.certificatePath))
    const ports = [await freePort(), await freePort(), await freePort()]
    securePort = ports[1] ?? 0
    const listeners = `CLIENT://${host}:${ports[0]},CLIENT_SECURE://${host}:${ports[1]}`
    node = await ApacheKafkaNode.start(
      found,
      join(directory, 'node'),
      {
        listeners: `${listeners},CONTROLLER://${host}:${ports[2]}`,
        'advertised.listeners': listeners,
        'controller.quorum.voters': `1@${host}:${ports[2]}`,
        'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CLIENT_SECURE:SSL,CONTROLLER:PLAINTEXT',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': keystore,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': truststore,
        'listener.name.client_secure.ssl.client.auth': 'required',
      },
      { host, port: ports[0] ?? 0 },
    )
  }, 120_000)

  afterAll(async () => {
    await node?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  /** The number of the certificate that it shows. */
  function shown(): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host, port: securePort, ca: authority.certificate() ?? '' })
      socket.once('secureConnect', () => {
        resolve(socket.getPeerX509Certificate()?.serialNumber)
        socket.destroy()
      })
      socket.once('error', reject)
    })
  }

  const inFile = () => new X509Certificate(readFileSync(keystore)).serialNumber

  /** Is a client of the private authority let in? */
  async function isIn(): Promise<boolean> {
    const { key, certificates } = mine.credentials()
    const own = { key, certificates, authorities: authority.certificate() ?? '' }
    try {
      const connection = await Connection.open({
        ...{ network: systemNetwork(), clock: systemClock(), requestTimeoutMs: 10_000 },
        ...{ host, port: securePort, tls: own },
      })
      return await connection.negotiate().then(
        () => connection.close().then(() => true),
        () => false,
      )
    } catch {
      return false
    }
  }

  it('believes another authority of clients when it is told to look, and not before', async () => {
    writeFileSync(truststore, readFileSync(mine.certificatePath))
    expect(await isIn()).toBe(false)
    const connection = await Connection.open({ network: systemNetwork(), ...node.bootstrap })
    await reloadFiles(connection, 1)
    await vi.waitFor(async () => expect(await isIn()).toBe(true), { timeout: 30_000, interval: 100 })
    await connection.close()
  })

  it('shows another certificate of its keystore when it is told to look, and not before', async () => {
    const before = inFile()
    expect(await shown()).toBe(before)
    rmSync(keystore)
    await issue()
    expect(inFile()).not.toBe(before)
    expect(await shown()).toBe(before)
    const connection = await Connection.open({ network: systemNetwork(), ...node.bootstrap })
    await reloadFiles(connection, 1)
    await vi.waitFor(async () => expect(await shown()).toBe(inFile()), { timeout: 30_000, interval: 100 })
    await connection.close()
  })
})
