import { assert } from '@sluice/effects'
import type { ChangeRecord } from '../cluster-record.ts'
import { brokerTypeChange } from './broker-type.ts'
import { brokerCountDecrease, brokerCountIncrease } from './broker-count.ts'
import type { ChangeKind } from './change-kind.ts'
import { configurationChange } from './configuration.ts'
import { connectivityChange } from './connectivity.ts'
import { kafkaVersionChange } from './kafka-version.ts'
import { monitoringChange } from './monitoring.ts'
import { rebalancingChange } from './rebalancing.ts'
import { reboot } from './reboot.ts'
import { securityChange } from './security.ts'
import { brokerStorageChange, storageChange } from './storage.ts'

/** Every kind of change that a cluster can be in. */
const changeKinds: readonly ChangeKind[] = [
  brokerCountIncrease,
  brokerCountDecrease,
  brokerStorageChange,
  brokerTypeChange,
  configurationChange,
  connectivityChange,
  kafkaVersionChange,
  monitoringChange,
  rebalancingChange,
  reboot,
  securityChange,
  storageChange,
]

export function kindOf({ type }: Pick<ChangeRecord, 'type'>): ChangeKind {
  const kind = changeKinds.find((one) => one.type === type)
  assert(kind, `${type} is a kind of change`)
  return kind
}
