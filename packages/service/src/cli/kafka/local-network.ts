import type { Network } from '@sluice/effects'
import { dialled } from '../../fleet/reach.ts'
import type { ClusterReport } from '../../status-report.ts'

/**
 * A cluster of this machine is dialled where its brokers listen, whatever they are advertised as: a name that is meant for
 * others need not be known here.
 */
export function localNetwork(network: Network, { brokers }: Pick<ClusterReport, 'brokers'>): Network {
  const places = new Map<string, { host: string; port: number }>()
  for (const { host, port, advertised } of brokers.flatMap(({ listeners }) => listeners))
    if (advertised) places.set(`${advertised.host}:${advertised.port}`, { host: dialled(host), port })
  return {
    listen: (options, accept) => network.listen(options, accept),
    connect: (options, handler) =>
      network.connect({ ...options, ...places.get(`${options.host}:${options.port}`) }, handler),
  }
}
