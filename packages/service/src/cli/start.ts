import { Command, Option } from 'commander'
import { streamLimits } from '../streams/stream-limits.ts'
import { paces } from '../fleet/clusters/pace.ts'
import { UsageError } from '../usage-error.ts'
import { showIfRunning } from './already-running.ts'
import { detach, isDetached, orderOfParent } from './detach.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat } from './output.ts'
import { advertisedHostOption, hostOption } from './reach-options.ts'
import { engineNames, hostings, parseRegion, type StartFlags, startSettings } from './settings.ts'

interface Flags extends StartFlags {
  detach?: boolean
  output: OutputFormat
}

/** `argv` is the whole command line: a detached service is started with the same one. */
export function startCommand(argv: readonly string[]): Command {
  return serviceVerb('start')
    .description('start the service: the AWS endpoint and the clusters of the data directory')
    .option('--detach', 'return when everything is ready, and leave the service running')
    .action((flags: Flags) => start(flags, argv))
}

/** For scripts: whatever was before, it runs afterwards. */
export function upCommand(argv: readonly string[]): Command {
  return serviceVerb('up')
    .description('start the service in the background, or say that it runs; exit code 0 where it is ready')
    .action((flags: Flags) => start({ ...flags, detach: true }, argv))
}

async function start(flags: Flags, argv: readonly string[]): Promise<void> {
  checkClusterFlags(argv)
  const isTerminal = process.stdout.isTTY
  const order = isDetached() ? await orderOfParent() : { set: flags.set, isTerminal }
  const { set } = order
  const settings = startSettings({ ...flags, ...(set && { set }) })
  if (await showIfRunning(settings, flags)) return
  if (flags.detach && !isDetached()) return detach(settings.dataDirectory, argv, order)
  // The brokers are most of the code: the other verbs, and this one when it only waits, do not load them.
  const { runService } = await import('./run-service.ts')
  await runService(settings, { ...order, output: flags.output })
}

function serviceVerb(name: string): Command {
  return new Command(name)
    .addOption(dataDirOption())
    .option(
      '--api-port <port>',
      'port of the AWS endpoint, 0 for any free one (default: as before, at first 9081 or the next free)',
    )
    .option(
      '--kafka-port <port>',
      "port of the cluster's first broker, also where the cluster is there already, 0 for any free one (default: as before, at first 9092; further brokers 10,000 above each other)",
    )
    .option(
      '--cluster <name>',
      'make this cluster if it is not there (default: demo, in a new data directory)',
    )
    .option('--no-cluster', 'make no cluster')
    .option('--set <key=value...>', 'static broker properties of the cluster that is made, by Kafka’s names')
    .addOption(
      new Option(
        '--engine <name>',
        'what runs clusters that name no engine (default: as at the last start, at first embedded)',
      ).choices(engineNames),
    )
    .addOption(
      new Option(
        '--hosting <name>',
        'where the embedded engine runs the nodes of clusters that choose no hosting: inline, in the service’s process, or process, each in one of its own (default: as at the last start, at first inline)',
      ).choices(hostings),
    )
    .option(
      '--accept-metadata-loss <cluster...>',
      'start these clusters without what is broken or gone of their metadata',
    )
    .addOption(hostOption())
    .addOption(advertisedHostOption())
    .option('--region <region>', 'the AWS region to be (default: us-east-1)', parseRegion)
    .option(
      '--accept-any-signature',
      'development mode: do not check who signed a request to the AWS endpoint',
    )
    .addOption(
      new Option(
        '--pace <pace>',
        'how long creations and updates of clusters take: instant, as long as on AWS (real), or a sixtieth of that (x60), for tests of waiters and timeouts (default: instant)',
      ).choices(paces),
    )
    .addOption(
      new Option(
        '--stream-limits <limits>',
        'whether shards of Kinesis streams take and give only so much a second, as on AWS (default: on)',
      ).choices(streamLimits),
    )
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']))
    .addOption(formatOption())
}

/** They set one and the same option, so that the later one would win without a word. */
function checkClusterFlags(argv: readonly string[]): void {
  const names = argv.some((word) => word === '--cluster' || word.startsWith('--cluster='))
  if (names && argv.includes('--no-cluster'))
    throw new UsageError('--cluster and --no-cluster contradict each other: give one of them.')
}
