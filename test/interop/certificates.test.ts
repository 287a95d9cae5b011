import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { Connection } from '@sluice/client'
import { systemClock, systemDisk, systemNetwork } from '@sluice/effects'
import { Authority, reloadFiles } from 'sluice'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ApacheKafkaNode } from '../oracle/apache-kafka-node.ts'
import { freePort } from '../oracle/apache-kafka-process.ts'
import { locateApacheKafka } from '../oracle/locate-apache-kafka.ts'

// What Apache Kafka does with a keystore that is renewed while it runs.

const found = process.env.SLUICE_INTEROP ? await locateApacheKafka((line) => console.log(line)) : undefined
const host = '127.0.0.1'

describe.skipIf(!found || 'missing' in found)('an Apache Kafka broker', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-certificates-'))
  const disk = systemDisk()
  const authority = new Authority({ clock: systemClock(), disk }, directory)
  const keystore = join(directory, 'keystore.pem')
  const issue = () => authority.keepFile(keystore, { subject: 'CN=b-1.demo', hosts: [host] })
  let node: ApacheKafkaNode
  let securePort: number

  beforeAll(async () => {
    if (!found || 'missing' in found) return
    issue()
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

  it('shows another certificate of its keystore when it is told to look, and not before', async () => {
    const before = inFile()
    expect(await shown()).toBe(before)
    rmSync(keystore)
    issue()
    expect(inFile()).not.toBe(before)
    expect(await shown()).toBe(before)
    const connection = await Connection.open({ network: systemNetwork(), ...node.bootstrap })
    await reloadFiles(connection, 1)
    await vi.waitFor(async () => expect(await shown()).toBe(inFile()), { timeout: 30_000, interval: 100 })
    await connection.close()
  })
})
