import { atController, atCoordinator, createTopic, deleteGroup, deleteTopics } from '@sluice/client'
import { type Command, Option } from 'commander'
import { UsageError } from '../usage-error.ts'
import { type KafkaAccess, withKafka } from './kafka/access.ts'
import { allGroups } from './kafka/groups.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from './kafka/options.ts'
import { allTopics, ownConfigs, type TopicMetadata } from './kafka/topics.ts'
import { formatOption, type OutputFormat, printAll } from './output.ts'

interface Flags extends KafkaFlags {
  keepTopics?: boolean
  yes?: boolean
  dryRun?: boolean
  output: OutputFormat
}

interface Reset {
  kind: 'topic' | 'group'
  name: string
  outcome: 'deleted' | 'emptied' | 'kept: somebody is in it'
  done: boolean
}

const columns = {
  KIND: ({ kind }: Reset) => kind,
  NAME: ({ name }: Reset) => name,
  OUTCOME: ({ outcome }: Reset) => outcome,
  DONE: ({ outcome, done }: Reset) => (outcome.startsWith('kept') ? null : done ? 'yes' : 'dry run'),
}

const emptyStates: ReadonlySet<string> = new Set(['Empty', 'Dead'])

/** A clean slate, as the test library has it: of clients that are connected nobody is sent away. */
export function resetCommand(): Command {
  const options = [
    new Option('--keep-topics', 'topics stay, with their partitions and configs, and lose their records'),
    new Option('--yes', 'really do it'),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb(
    'reset',
    'delete all topics of users and all groups that nobody is in: the cluster is as new',
    options,
  ).action(async (flags: Flags) => {
    const all = await withKafka(flags, 'The cluster was not reset whole.', async (kafka) => {
      const topics = await allTopics(kafka, { internal: false })
      const groups = await allGroups(kafka)
      if (!flags.yes && !flags.dryRun)
        throw new UsageError(
          `This ${flags.keepTopics ? 'empties' : 'deletes'} all topics (${topics.length}), and deletes the groups that nobody is in (of ${groups.length}). Say --yes, or look at them with --dry-run.`,
        )
      return [...(await resetTopics(kafka, topics, flags)), ...(await resetGroups(kafka, groups, flags))]
    })
    await printAll(all, columns, flags.output)
  })
}

async function resetTopics(
  kafka: KafkaAccess,
  topics: readonly TopicMetadata[],
  { keepTopics = false, dryRun = false }: Flags,
): Promise<Reset[]> {
  const outcome = keepTopics ? 'emptied' : 'deleted'
  const names = topics.flatMap(({ name }) => name ?? [])
  if (!dryRun && names.length > 0) {
    const made = keepTopics ? await Promise.all(topics.map((topic) => asMade(kafka, topic))) : []
    await atController(kafka, (connection) => deleteTopics(connection, names))
    for (const { name, ...options } of made)
      await atController(kafka, (connection) => createTopic(connection, name, options))
  }
  return names.map((name) => ({ kind: 'topic', name, outcome, done: !dryRun }))
}

/** What it takes to make the topic as it is. */
async function asMade(kafka: KafkaAccess, { name, partitions }: TopicMetadata) {
  return {
    name: name ?? '',
    partitions: partitions.length,
    replicationFactor: partitions[0]?.replicaNodes.length ?? 1,
    configs: await ownConfigs(kafka, name ?? ''),
  }
}

async function resetGroups(
  kafka: KafkaAccess,
  groups: Awaited<ReturnType<typeof allGroups>>,
  { dryRun = false }: Flags,
): Promise<Reset[]> {
  const all: Reset[] = []
  for (const { group: name, state } of groups) {
    const isEmpty = emptyStates.has(state)
    if (isEmpty && !dryRun) await atCoordinator(kafka, name, (connection) => deleteGroup(connection, name))
    const outcome = isEmpty ? 'deleted' : 'kept: somebody is in it'
    all.push({ kind: 'group', name, outcome, done: isEmpty && !dryRun })
  }
  return all
}
