import { type Command, Option } from 'commander'
import { clusterUpdateVerb } from './cluster-update.ts'
import { clusterColumns, describedColumns, type Flags, named, verb } from './cluster-shapes.ts'
import { timeoutOption, type WaitFlags, waitFor } from './cluster-wait.ts'
import { apiOf, type MskApi } from './msk-api.ts'
import { wholeNumber } from './options.ts'
import { printAll, printOne } from './output.ts'

/* Clusters of a running service, by the MSK API that every AWS tool asks. */

/** The verbs of `sluice cluster` that ask a running service. */
export function clusterVerbs(): Command[] {
  return [
    verb('list', 'list the clusters').action(async (flags: Flags) => {
      const found = await (await apiOf(flags.dataDir)).clusters()
      await printAll(found, clusterColumns, flags.output)
    }),
    named('describe', 'show a cluster').action(async (name: string, flags: Flags) => {
      await printOne(await (await apiOf(flags.dataDir)).cluster(name), describedColumns, flags.output)
    }),
    createVerb(),
    clusterUpdateVerb(),
    named('wait', 'wait until a cluster is ACTIVE, or gone')
      .option('--gone', 'until it is gone')
      .addOption(timeoutOption())
      .action(async (name: string, flags: Flags & WaitFlags) => {
        const api = await apiOf(flags.dataDir)
        const left = await waitFor(api, name, flags)
        if (left) await printOne(left, describedColumns, flags.output)
      }),
    named('reboot', 'start a broker of a cluster anew')
      .argument('<broker>', 'its id', wholeNumber('<broker>'))
      .action(async (name: string, broker: number, flags: Flags) => {
        const api = await apiOf(flags.dataDir)
        const { clusterArn } = await api.cluster(name)
        const body = { brokerIds: [String(broker)] }
        await api.call('PUT', `/v1/clusters/${encodeURIComponent(clusterArn)}/reboot-broker`, body)
        await printOne(await api.cluster(name), describedColumns, flags.output)
      }),
    named('delete', 'delete a cluster with all that it holds').action(async (name: string, flags: Flags) => {
      const api = await apiOf(flags.dataDir)
      const cluster = await api.cluster(name)
      await api.call('DELETE', `/v1/clusters/${encodeURIComponent(cluster.clusterArn)}`)
      await printOne({ ...cluster, state: 'DELETING' }, describedColumns, flags.output)
    }),
  ]
}

interface CreateFlags extends Flags {
  serverless?: boolean
  brokers: number
  kafkaVersion?: string
  instanceType: string
  volumeSize?: number
}

function createVerb(): Command {
  return named('create', 'make a cluster; `wait` tells when it is ACTIVE')
    .addOption(new Option('--brokers <n>', 'over three zones').argParser(wholeNumber('--brokers')).default(3))
    .option('--serverless', 'a serverless one, of which nothing else is to be chosen')
    .option('--kafka-version <version>', 'of those of the API (default: the latest)')
    .option('--instance-type <type>', 'of its brokers', 'kafka.m7g.large')
    .addOption(
      new Option('--volume-size <GiB>', 'of each broker (default: 100)').argParser(
        wholeNumber('--volume-size'),
      ),
    )
    .action(async (name: string, flags: CreateFlags) => {
      const api = await apiOf(flags.dataDir)
      const asked = flags.serverless ? { serverless } : { provisioned: await provisioned(flags, api) }
      await api.call('POST', '/api/v2/clusters', { clusterName: name, ...asked })
      await printOne(await api.cluster(name), describedColumns, flags.output)
    })
}

const subnets = ['subnet-1', 'subnet-2', 'subnet-3']

const serverless = {
  vpcConfigs: [{ subnetIds: subnets }],
  clientAuthentication: { sasl: { iam: { enabled: true } } },
}

async function provisioned(
  { kafkaVersion, brokers, instanceType, volumeSize }: CreateFlags,
  api: MskApi,
): Promise<object> {
  return {
    kafkaVersion: kafkaVersion ?? (await api.latestVersion()),
    numberOfBrokerNodes: brokers,
    brokerNodeGroupInfo: {
      clientSubnets: subnets,
      instanceType,
      ...(volumeSize !== undefined && { storageInfo: { ebsStorageInfo: { volumeSize } } }),
    },
    encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS_PLAINTEXT' } },
  }
}
