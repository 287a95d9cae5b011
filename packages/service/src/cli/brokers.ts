import { Command } from 'commander'
import { brokerPowerVerbs } from './broker-power.ts'
import { type Flags, named } from './cluster-shapes.ts'
import { apiOf, type NodeInfo } from './msk-api.ts'
import { printAll } from './output.ts'

const brokerColumns = {
  BROKER: ({ brokerNodeInfo }: NodeInfo) => brokerNodeInfo?.brokerId,
  SUBNET: ({ brokerNodeInfo }: NodeInfo) => brokerNodeInfo?.clientSubnet,
  TYPE: ({ instanceType }: NodeInfo) => instanceType,
  ENDPOINTS: ({ brokerNodeInfo }: NodeInfo) => brokerNodeInfo?.endpoints?.join(','),
}

export function brokerCommand(): Command {
  const command = new Command('broker').description('brokers of clusters').addCommand(
    named('list', 'list the brokers of a cluster').action(async (name: string, flags: Flags) => {
      const api = await apiOf(flags.dataDir)
      await printAll(await api.brokers(await api.cluster(name)), brokerColumns, flags.output)
    }),
  )
  for (const verb of brokerPowerVerbs()) command.addCommand(verb)
  return command
}
