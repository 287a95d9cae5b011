import { controllerRequests } from '../requests.ts'
import { fetch } from './handlers/01-fetch.ts'
import { apiVersions } from './handlers/18-api-versions.ts'
import { describeConfigs } from './handlers/32-describe-configs.ts'
import { envelope } from './handlers/58-envelope.ts'
import { fetchSnapshot } from './handlers/59-fetch-snapshot.ts'
import { describeCluster } from './handlers/60-describe-cluster.ts'
import { decided } from './handlers/decided.ts'
import { beginQuorumEpoch, endQuorumEpoch, vote } from './handlers/elections.ts'
import type { ControllerHandler } from './services.ts'

const all: readonly ControllerHandler[] = [
  fetch,
  apiVersions,
  vote,
  beginQuorumEpoch,
  endQuorumEpoch,
  describeConfigs,
  envelope,
  fetchSnapshot,
  describeCluster,
  ...[...controllerRequests.values()]
    .filter(({ api }) => api.listeners.includes('controller'))
    .map(({ api }) => decided(api)),
]

/** What the controller's listener serves, by API key. */
export const controllerHandlers: ReadonlyMap<number, ControllerHandler> = new Map(
  all.map((one) => [one.api.apiKey, one]),
)
