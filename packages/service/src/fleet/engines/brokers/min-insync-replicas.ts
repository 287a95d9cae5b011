import { join } from 'node:path'
import { alterConfigs, describeConfigs } from '@sluice/client'
import type { Disk } from '@sluice/effects'
import { ConfigResourceType } from '@sluice/wire'
import type { ClusterPlan } from '../engine.ts'
import type { ClusterClient } from './cluster-client.ts'

const property = 'min.insync.replicas'
const heldFile = 'min-insync-replicas'

/**
 * With eligible leader replicas (KIP-966) the controller copies its static min.insync.replicas into the cluster's
 * dynamic defaults when the feature comes into force, and from then on nobody asks for the static value: a later
 * change of the configuration would do nothing. So the copy follows the plan, unless the cluster's users have given
 * it another value of their own. The value that the plan had last is kept in the cluster's directory.
 */
export async function followMinInsyncReplicas(
  disk: Disk,
  clusterDirectory: string,
  plan: ClusterPlan,
  brokers: Pick<ClusterClient, 'ask'>,
): Promise<void> {
  const wanted = plan.properties[property] ?? '1'
  const path = join(clusterDirectory, heldFile)
  const held = disk.existsSync(path) ? disk.readFileSync(path).toString().trim() : null
  if (held === wanted) return
  if (held !== null)
    await brokers.ask(plan, async (connection) => {
      const everyBroker = ''
      const dynamic = await describeConfigs(connection, ConfigResourceType.broker, everyBroker)
      if (dynamic.get(property) === held)
        await alterConfigs(connection, ConfigResourceType.broker, everyBroker, { [property]: wanted })
    })
  disk.writeFileAtomicSync(path, `${wanted}\n`)
}
