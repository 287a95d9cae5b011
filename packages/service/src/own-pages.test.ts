import { describe, expect, it } from 'vitest'
import { seededRandom, TestClock } from '@sluice/effects'
import type { AwsEndpoint } from './aws/endpoint.ts'
import type { ClusterStatus } from './fleet/clusters/cluster-status.ts'
import { ClusterFaults } from './fleet/engines/embedded/faults.ts'
import { ClusterTap } from './fleet/engines/embedded/cluster-tap.ts'
import type { Fleet } from './fleet/fleet.ts'
import { ownPages } from './own-pages.ts'
import { faultsPath, tapPath } from './status-report.ts'

type Cluster = Pick<ClusterStatus, 'engine' | 'hosting'>

function pagesOf(clusters: readonly Cluster[]) {
  const fleet = { status: () => clusters } as unknown as Fleet
  const aws = { guard: () => ({}) } as unknown as AwsEndpoint
  const tap = new ClusterTap({ clock: new TestClock(), random: seededRandom(1) })
  return ownPages({ fleet, aws, faults: new ClusterFaults(), tap })
}

const processes: Cluster = { engine: 'embedded', hosting: 'process' }
const inline: Cluster = { engine: 'embedded', hosting: 'inline' }
const post = (pages: ReturnType<typeof pagesOf>, path: string, sent: object) =>
  pages[path]?.write?.POST?.(sent)

describe.each([
  [faultsPath, { api: 'Produce', drop: true }, /No fault would ever fire/],
  [tapPath, { api: 'Produce' }, /Nothing would ever be heard/],
])('the page %s', (path, sent, sentence) => {
  it('refuses what would be for nothing: no cluster has its brokers here', () => {
    const apacheKafka: Cluster = { engine: 'apache-kafka', hosting: 'process' }
    expect(() => post(pagesOf([processes, apacheKafka]), path, sent)).toThrow(sentence)
  })

  it('serves where one has, or none is there yet', () => {
    expect(post(pagesOf([processes, inline]), path, sent)).toBeDefined()
    expect(post(pagesOf([]), path, sent)).toBeDefined()
  })
})
