// How long a group takes to share its partitions when a second member joins.
import { runNodeClient } from './node-client.mjs'
import { Unserved } from './unserved.mjs'

const partitions = 6
/** Short, so that the time is the broker's and not the wait for the next heartbeat. */
const heartbeatMs = 50

export function groupRows() {
  return [
    row('classic', `classic protocol, heartbeats every ${heartbeatMs} ms`),
    row('consumer', 'consumer protocol (KIP-848)'),
  ]

  function row(protocol, title) {
    return {
      section: 'Consumer groups',
      partitions,
      figures: [{ key: 'rebalanceMs', title: `a second member joins, ${title}`, unit: 'ms', better: 'less' }],
      async measure({ address, topic }) {
        const options = { ...address, topic, partitions, protocol, heartbeat: heartbeatMs }
        const result = await runNodeClient('rebalance', options)
        if (result.unserved) throw new Unserved(`${protocol} protocol: not served`)
        return result
      },
    }
  }
}
