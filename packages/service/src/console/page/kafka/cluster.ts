import { bootstrap } from './bootstrap.ts'
import { brokersTab } from './brokers-tab.ts'
import { type Child, facts, h, Region, state } from '../dom.ts'
import { Failure } from '../failure.ts'
import { counted } from '../formats.ts'
import { groupsTab } from './groups-tab.ts'
import { below, type ClusterInfo } from './kafka.ts'
import type { Context, Page } from '../page.ts'
import { thingPage } from '../thing-page.ts'
import { topicsTab } from './topics-tab.ts'

const tabs = {
  topics: { title: 'Topics', open: topicsTab },
  groups: { title: 'Consumer groups', open: groupsTab },
  brokers: { title: 'Brokers', open: brokersTab },
}

/** By MSK's names of them. */
const listenersOf: Readonly<Record<string, string>> = {
  bootstrapBrokerString: 'CLIENT',
  bootstrapBrokerStringTls: 'CLIENT_SECURE',
  bootstrapBrokerStringSaslScram: 'CLIENT_SASL_SCRAM',
  bootstrapBrokerStringSaslIam: 'CLIENT_IAM',
}

export function clusterPage(context: Context, name: string, query: URLSearchParams): Page {
  const { api } = context
  const servers = new Region()
  const showServers = async ({ clusterArn: arn }: ClusterInfo) => {
    // Whoever may not ask for them sees all else.
    const found = await api.page<Record<string, string>>(below(arn, 'bootstrap-brokers')).catch(() => ({}))
    const listeners = Object.entries(found).flatMap(([member, text]) => {
      const listener = listenersOf[member]
      return listener === undefined ? [] : [[listener, text] as const]
    })
    servers.show(listeners, () =>
      listeners.length === 0
        ? null
        : facts([['Bootstrap servers', bootstrap(Object.fromEntries(listeners))]]),
    )
  }
  return thingPage<ClusterInfo>(context, {
    ...{ kind: 'clusters', noun: 'the cluster', name, query, tabs },
    async describe() {
      const like = { clusterNameFilter: name }
      const all = await api.pages<ClusterInfo>('/api/v2/clusters', like, 'clusterInfoList')
      const found = all.find(({ clusterName }) => clusterName === name)
      if (!found) throw new Failure('NotFoundException', `There is no cluster ${name}.`)
      await showServers(found)
      return found
    },
    everyMs: 4_000,
    told: (cluster) => cluster,
    headline,
    below: servers.element,
  })
}

function headline({ clusterArn: arn, state: at, stateInfo, provisioned }: ClusterInfo): Child {
  const version = provisioned?.currentBrokerSoftwareInfo?.kafkaVersion
  return [
    state(at),
    stateInfo?.message ?? null,
    h('span', {}, version === undefined ? 'serverless' : `Kafka ${version}`),
    provisioned ? h('span', {}, counted(provisioned.numberOfBrokerNodes, 'broker')) : null,
    h('code', { class: 'quiet' }, arn),
  ]
}
