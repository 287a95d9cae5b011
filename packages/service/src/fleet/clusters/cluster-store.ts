import { join } from 'node:path'
import type { Disk, Logger } from '@sluice/effects'
import { RecordStore } from '../record-store.ts'
import type { ClusterRecord } from './cluster-record.ts'
import { upgradedRecord } from './cluster-record-upgrade.ts'

export type ClusterStore = RecordStore<ClusterRecord>

/** The clusters: `<data>/clusters/<uuid>/cluster.json`, beside what their nodes keep. */
export function clusterStore(options: { disk: Disk; logger: Logger; dataDirectory: string }): ClusterStore {
  return new RecordStore<ClusterRecord>({
    ...options,
    directory: join(options.dataDirectory, 'clusters'),
    noun: 'cluster',
    // Broker properties may have passwords in them.
    mode: 0o600,
    fileOf: (uuid) => join(uuid, 'cluster.json'),
    formatVersion: 4,
    upgrade: upgradedRecord,
    members: ['state', 'currentVersion', 'spec', 'nodes', 'ports', 'tags', 'engine', 'hosting', 'changes'],
    problemOf: shapeProblem,
    loss: 'its cluster is then unknown',
  })
}

/** One member of another kind would break what lists all clusters. */
function shapeProblem({ state, spec, nodes, ports, changes, tags }: ClusterRecord): string | undefined {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null
  const isSound = {
    state: typeof state === 'string',
    spec: isObject(spec) && Number.isInteger(spec.numberOfBrokerNodes) && isObject(spec.brokerNodeGroup),
    nodes: Array.isArray(nodes) && nodes.every(isObject),
    ports: Array.isArray(ports) && ports.every(isObject),
    changes: Array.isArray(changes) && changes.every(isObject),
    tags: isObject(tags),
  }
  const odd = Object.entries(isSound).find(([, sound]) => !sound)
  return odd && `Its member ${odd[0]} is not what it should be.`
}
