import { describe, expect, it } from 'vitest'
import { MemoryDisk, MemoryProcesses, seededRandom, TestClock } from '@sluice/effects'
import type { AwsEndpoint } from './aws/endpoint.ts'
import type { ClusterStatus } from './fleet/clusters/cluster-status.ts'
import { ClusterFaults } from './fleet/engines/embedded/faults/cluster-faults.ts'
import { ClusterTap } from './fleet/engines/embedded/cluster-tap.ts'
import type { Fleet } from './fleet/fleet.ts'
import { ownPages } from './own-pages.ts'
import { faultsPath, tapPath } from './status-report.ts'

type Cluster = Pick<ClusterStatus, 'engine' | 'hosting' | 'brokers'>

function pagesOf(clusters: readonly Cluster[]) {
  const fleet = { status: () => clusters } as unknown as Fleet
  const aws = { guard: () => ({}) } as unknown as AwsEndpoint
  const effects = {
    clock: new TestClock(),
    random: seededRandom(1),
    disk: new MemoryDisk(),
    processes: new MemoryProcesses(),
  }
  const faults = new ClusterFaults(effects, '/data')
  faults.setUp()
  return ownPages({ fleet, aws, faults, tap: new ClusterTap(effects), consoleLink: undefined })
}

const processes: Cluster = { engine: 'embedded', hosting: 'process', brokers: [] }
const inline: Cluster = { engine: 'embedded', hosting: 'inline', brokers: [] }
const apacheKafka: Cluster = { engine: 'apache-kafka', hosting: 'process', brokers: [] }
const post = async (pages: ReturnType<typeof pagesOf>, path: string, sent: object) =>
  pages[path]?.write?.POST?.(sent)

describe.each([
  [faultsPath, { api: 'Produce', drop: true }, [apacheKafka], [processes], /No fault would ever fire/],
  [tapPath, { api: 'Produce' }, [processes, apacheKafka], [inline], /Nothing would ever be heard/],
])('the page %s', (path, sent, unreached, reached, sentence) => {
  it('refuses what would be for nothing: no cluster has its brokers within reach', async () => {
    await expect(post(pagesOf(unreached), path, sent)).rejects.toThrow(sentence)
  })

  it('serves where one has, or none is there yet', async () => {
    expect(await post(pagesOf([...unreached, ...reached]), path, sent)).toBeDefined()
    expect(await post(pagesOf([]), path, sent)).toBeDefined()
  })
})
