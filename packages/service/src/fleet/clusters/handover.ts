import { join } from 'node:path'
import type { Clock, Disk, Logger } from '@sluice/effects'
import { Authority } from '../authority/authority.ts'
import { NodeAuthority } from '../authority/node-authority.ts'
import { clusterPlan } from './cluster-plan.ts'
import type { ClusterRecord } from './cluster-record.ts'
import { clusterStore } from './cluster-store.ts'
import { type HandedOverNode, handedOverNodes, leavesIamBehind } from '../engines/embedded/handover.ts'
import type { Engine } from '../engines/engine.ts'
import { OperatingError } from '../operating-error.ts'
import { loopbackReach } from '../reach.ts'

interface HandedOver {
  readonly nodes: readonly HandedOverNode[]
  /** The cluster has a listener for IAM, and Apache Kafka will not. */
  readonly withoutIam: boolean
}

/**
 * What Apache Kafka needs to go on with a cluster of the embedded engine; nothing runs on the data directory, and
 * nothing in it is changed. Throws an OperatingError where that cannot be.
 */
export function handedOver(
  { engine, ...effects }: { clock: Clock; disk: Disk; logger: Logger; engine: Engine },
  dataDirectory: string,
  name: string,
): HandedOver {
  const { disk } = effects
  const store = clusterStore({ ...effects, dataDirectory })
  store.load()
  const unreadable = store.unreadable().find((one) => one.name === name)
  if (unreadable) throw unreadable.error
  const record = store.byName(name)
  if (!record) throw unknown(name, store.list())
  if (record.engine !== engine.name)
    throw new OperatingError(`${name} is not handed over.`, {
      code: 'NOT_EMBEDDED',
      why: 'It runs on Apache Kafka already.',
      next: 'Its nodes have their server.properties in their directories.',
    })
  const directory = join(dataDirectory, 'clusters', record.uuid)
  const authority = new Authority(effects, dataDirectory).certificatePath
  const nodeAuthority = new NodeAuthority(effects, directory, record.uuid)
  const plan = clusterPlan(record, engine, { reach: loopbackReach, directory, authority, nodeAuthority })
  const nodes = handedOverNodes(plan, directory)
  const missing = nodes.find(
    (node) => !disk.existsSync(join(directory, node.name, 'volume-1', 'meta.properties')),
  )
  if (missing || nodes.length === 0)
    throw new OperatingError(`${name} is not handed over.`, {
      code: 'NEVER_STARTED',
      why: missing ? `${missing.name} has never run.` : 'It has no nodes yet.',
      next: 'Start the service, wait until the cluster is ACTIVE, stop it and try again.',
    })
  return { nodes, withoutIam: leavesIamBehind(plan) }
}

function unknown(name: string, known: readonly ClusterRecord[]): OperatingError {
  const names = known.map((record) => record.name)
  return new OperatingError(`There is no cluster ${name}.`, {
    code: 'CLUSTER_UNKNOWN',
    why: names.length === 0 ? 'The data directory holds no cluster.' : `There are: ${names.join(', ')}.`,
    next: 'Name one of these, or another --data-dir.',
  })
}
