import { X509Certificate } from 'node:crypto'
import { MemoryDisk, silentLogger, systemClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { EndpointCertificate } from './endpoint-certificate.ts'
import { Authority } from './fleet/authority/authority.ts'
import { loopbackReach, type Reach } from './fleet/reach.ts'

const dayMs = 86_400_000
const disk = new MemoryDisk()
let nowMs = Date.now()
const clock = { ...systemClock(), now: () => nowMs }
const authority = new Authority({ clock, disk, logger: silentLogger }, '/data')
const certificateOf = (reach: Reach) => new EndpointCertificate(authority, { clock, disk }, reach)
const leaf = (pem: string) => new X509Certificate(pem)

it('is one for all who are the first to ask', async () => {
  const fresh = new MemoryDisk()
  const first = new EndpointCertificate(
    new Authority({ clock, disk: fresh, logger: silentLogger }, '/data'),
    { clock, disk: fresh },
    loopbackReach,
  )
  const shown = await Promise.all(Array.from({ length: 5 }, () => first.pem()))
  expect(new Set(shown).size).toBe(1)
})

it('is by the local authority, for all names of the service, and stays until it ends soon', async () => {
  const certificate = certificateOf(loopbackReach)
  const first = await certificate.pem()
  expect(authority.hasIssued(leaf(first))).toBe(true)
  expect(leaf(first).checkHost('localhost')).toBe('localhost')
  expect(leaf(first).checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(await certificate.pem()).toBe(first)
  expect(await certificateOf(loopbackReach).pem()).toBe(first)

  const advertisedHosts = { CLIENT: 'kafka.example' }
  const open = { host: '0.0.0.0', advertisedHost: 'sluice.example', advertisedHosts }
  const other = certificateOf(open)
  const second = await other.pem()
  expect(second).not.toBe(first)
  for (const name of ['sluice.example', 'kafka.example', 'localhost'])
    expect(leaf(second).checkHost(name)).toBe(name)

  nowMs += 366 * dayMs
  expect(await other.pem()).toBe(second)
  nowMs += 2 * dayMs
  const renewed = await other.pem()
  expect(renewed).not.toBe(second)
  expect(authority.hasIssued(leaf(renewed))).toBe(true)
})
