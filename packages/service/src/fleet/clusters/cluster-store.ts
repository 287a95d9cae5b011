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
    fileOf: (uuid) => join(uuid, 'cluster.json'),
    formatVersion: 4,
    upgrade: upgradedRecord,
    members: ['state', 'currentVersion', 'spec', 'nodes', 'ports', 'tags', 'engine', 'hosting', 'changes'],
    loss: 'its cluster is then unknown',
  })
}
