import { asCode, type Child, emptyState, h, Region, table } from '../dom.ts'
import { failureNote } from '../failure.ts'
import { bytesText } from '../formats.ts'
import { clusterCommands } from './commands.ts'
import { below, type BrokersReport, brokersPath, type ClusterInfo, type Node } from './kafka.ts'
import type { Tab, TabContext } from '../page.ts'

export function brokersTab(context: TabContext): Tab<ClusterInfo> {
  const { api, name: cluster } = context
  const list = new Region({}, 'Asking for the brokers …')
  const commands = new Region()
  const update = async ({ clusterArn: arn, provisioned }: ClusterInfo) => {
    commands.show(arn, () => asCode(...clusterCommands(cluster, arn).brokers))
    if (!provisioned)
      return list.show('serverless', () =>
        emptyState(
          'A serverless cluster shows no brokers.',
          h('p', {}, 'They come and go with its load where nodes have processes (--hosting process).'),
          h('p', {}, 'Hosted inline it keeps its three.'),
        ),
      )
    try {
      const nodes = await api.pages<Node>(below(arn, 'nodes'), {}, 'nodeInfoList')
      // It is the account's own: others see all else.
      const report = await api.page<BrokersReport>(brokersPath(cluster)).catch(() => null)
      list.show([nodes, report], () => brokerTable(nodes, report))
    } catch (error) {
      list.show(String(error), () => failureNote('Brokers cannot be listed', error))
      context.onRefused(error)
    }
  }
  const element = h('div', {}, h('h2', {}, 'Brokers'), list.element, commands.element)
  return { element, update, end: () => {} }
}

function brokerTable(nodes: readonly Node[], report: BrokersReport | null): Child {
  const rows = nodes.flatMap(({ brokerNodeInfo: broker }) => {
    if (!broker) return []
    const { brokerId: id, endpoints = [] } = broker
    const own = report?.brokers.find((one) => one.broker === id)
    return [[id, endpoints.join(', '), ...cellsOf(own)]]
  })
  return table('Brokers', ['Broker', 'Address', 'Leads', 'Replicas', 'Out of sync', 'Logs', 'Volume'], rows)
}

function cellsOf(own: BrokersReport['brokers'][number] | undefined): Child[] {
  if (!own) return ['—', '—', '—', '—', '—']
  const { leads, replicas, inSync, bytes, volumeBytes } = own
  const away = replicas - inSync
  return [
    leads,
    replicas,
    away > 0 ? h('strong', { class: 'state bad' }, `✕ ${away}`) : '0',
    bytes === null ? h('span', { class: 'state bad' }, '✕ does not answer') : bytesText(bytes),
    volumeBytes === null ? '—' : bytesText(volumeBytes),
  ]
}
