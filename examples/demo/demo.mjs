// The main job on real input: a week of earthquakes (USGS) goes into a cluster that the official AWS SDK has
// created, through one Kafka client, and comes back through a consumer group of two members of another one.
// Every record must come back once, and in order per key.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'

const sluice = fileURLToPath(new URL('../../packages/service/bin/sluice.mjs', import.meta.url))
const topic = 'earthquakes'
const partitions = 6
const membersOfGroup = 2
const recordsPerSend = 500
const silentMsMax = 60_000

const say = (line) => console.log(line)

export async function runDemo(args) {
  const { values } = parseArgs({ args, options: { rounds: { type: 'string', default: '30' } } })
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on')
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-demo-'))
  try {
    await inService(dataDirectory, rounds)
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true })
  }
}

async function inService(dataDirectory, rounds) {
  const verb = (...words) =>
    promisify(execFile)(process.execPath, [sluice, ...words, '--data-dir', dataDirectory])
  await verb('start', '--detach', '--no-cluster', '--api-port', '0', '--kafka-port', '0')
  try {
    const environment = JSON.parse((await verb('env', '-o', 'json')).stdout)
    say(`Started a service of its own: AWS endpoint ${environment.endpoint}`)
    const clusters = await clustersThroughSdk(environment)
    const cluster = await clusters.create('demo-earthquakes')
    await roundTrip(cluster.bootstrap, rounds)
    await clusters.remove(cluster.arn)
    say('Deleted the cluster and stopped the service.')
  } finally {
    await verb('stop')
  }
}

/** Creates and deletes clusters with @aws-sdk/client-kafka, as against AWS: only the endpoint differs. */
async function clustersThroughSdk(environment) {
  const aws = await import('@aws-sdk/client-kafka')
  const client = new aws.KafkaClient({
    endpoint: environment.endpoint,
    region: environment.region,
    credentials: environment.credentials,
  })
  const stateOf = async (arn) => {
    const { ClusterInfo } = await client.send(new aws.DescribeClusterV2Command({ ClusterArn: arn }))
    return ClusterInfo
  }
  return {
    async create(name) {
      const startedAt = performance.now()
      const { ClusterArn: arn } = await client.send(
        new aws.CreateClusterV2Command({
          ClusterName: name,
          Provisioned: {
            KafkaVersion: '4.4.x.kraft',
            NumberOfBrokerNodes: 3,
            BrokerNodeGroupInfo: {
              ClientSubnets: ['subnet-a', 'subnet-b', 'subnet-c'],
              InstanceType: 'kafka.m7g.large',
            },
            EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
          },
        }),
      )
      await until(async () => {
        const { State: state, StateInfo: info } = await stateOf(arn)
        if (state === 'FAILED') throw new Error(`the cluster failed: ${info?.Message}`)
        return state === 'ACTIVE'
      })
      const { BootstrapBrokerString: bootstrap } = await client.send(
        new aws.GetBootstrapBrokersCommand({ ClusterArn: arn }),
      )
      say(`Created ${arn}`)
      say(`  with the AWS SDK; ACTIVE after ${ms(startedAt)}, bootstrap brokers ${bootstrap}`)
      return { arn, bootstrap }
    },
    async remove(arn) {
      await client.send(new aws.DeleteClusterCommand({ ClusterArn: arn }))
      await until(async () => {
        try {
          await stateOf(arn)
          return false
        } catch (error) {
          if (error.name === 'NotFoundException') return true
          throw error
        }
      })
      client.destroy()
    },
  }
}

async function roundTrip(bootstrap, rounds) {
  const { Kafka, logLevel } = (await import('kafkajs')).default
  const kafka = new Kafka({
    clientId: 'demo-producer',
    brokers: bootstrap.split(','),
    logLevel: logLevel.ERROR,
  })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    topics: [
      {
        topic,
        numPartitions: partitions,
        replicationFactor: 3,
        // The records carry the time of their earthquake, in 2018: by default they would be expired.
        configEntries: [{ name: 'retention.ms', value: '-1' }],
      },
    ],
  })
  say(`Created the topic ${topic} with ${partitions} partitions`)
  const records = recordsOf(earthquakes(), rounds)
  await produce(kafka, records)
  const received = await consume(bootstrap, records.length)
  check(records, received)
  await admin.deleteTopics({ topics: [topic] })
  await admin.disconnect()
}

/** The data set in the order of time. */
function earthquakes() {
  const path = new URL('node_modules/vega-datasets/data/earthquakes.json', import.meta.url)
  const { features, metadata } = JSON.parse(readFileSync(path, 'utf8'))
  say(`Read ${count(features.length)} earthquakes: "${metadata.title}", ${metadata.url}`)
  return features.sort((a, b) => a.properties.time - b.properties.time)
}

/** One record an earthquake and round: the key is the seismic network that reported it. */
function recordsOf(features, rounds) {
  return Array.from({ length: rounds }, (_, round) =>
    features.map((feature) => ({
      key: feature.properties.net,
      value: JSON.stringify(feature),
      timestamp: String(feature.properties.time),
      headers: { id: `${round}/${feature.id}` },
    })),
  ).flat()
}

async function produce(kafka, records) {
  const producer = kafka.producer()
  await producer.connect()
  const startedAt = performance.now()
  for (let from = 0; from < records.length; from += recordsPerSend)
    await producer.send({ topic, acks: -1, messages: records.slice(from, from + recordsPerSend) })
  const bytes = records.reduce((sum, record) => sum + record.value.length, 0)
  say(
    `Produced ${count(records.length)} records with kafkajs (acks=all) in ${ms(startedAt)}: ${rate(records.length, bytes, startedAt)}`,
  )
  await producer.disconnect()
}

/** Reads with a group until as many records have come as were sent, and a little longer: none may come twice. */
async function consume(bootstrap, wanted) {
  const { Consumer } = await import('@platformatic/kafka')
  const startedAt = performance.now()
  const received = []
  let lastAt = performance.now()
  let bytes = 0
  let firstAt
  const members = Array.from({ length: membersOfGroup }, (_, member) => {
    const consumer = new Consumer({
      groupId: 'demo-readers',
      clientId: `demo-reader-${member + 1}`,
      bootstrapBrokers: bootstrap.split(','),
      maxWaitTime: 500,
    })
    return { consumer, member }
  })
  const streams = await Promise.all(
    members.map(({ consumer }) => consumer.consume({ topics: [topic], mode: 'earliest', autocommit: 250 })),
  )
  for (const [member, stream] of streams.entries()) {
    stream.on('error', (error) => say(`  member ${member + 1}: ${error.message}`))
    stream.on('data', (message) => {
      lastAt = performance.now()
      firstAt ??= lastAt
      bytes += message.value.length
      const id = [...message.headers].find(([name]) => name.toString() === 'id')?.[1].toString()
      received.push({ id, key: message.key.toString(), partition: message.partition, member })
    })
  }
  await until(() => {
    if (performance.now() - lastAt > silentMsMax)
      throw new Error(`only ${received.length} of ${wanted} records came back`)
    return received.length >= wanted
  })
  const doneAt = lastAt
  // A record that comes twice comes soon.
  await new Promise((resolve) => setTimeout(resolve, 500))
  await Promise.all(streams.map((stream) => stream.close()))
  await Promise.all(members.map(({ consumer }) => consumer.close()))
  const seconds = (doneAt - firstAt) / 1000
  say(
    `Consumed ${count(received.length)} records with @platformatic/kafka, a group of ${membersOfGroup} (ready after ${Math.round(firstAt - startedAt)} ms): ${rate(received.length, bytes, undefined, seconds)}`,
  )
  return received
}

function check(sent, received) {
  const problems = []
  const times = new Map()
  for (const { id } of received) times.set(id, (times.get(id) ?? 0) + 1)
  const missing = sent.filter((record) => !times.has(record.headers.id)).length
  const repeated = [...times.values()].filter((n) => n > 1).length
  if (missing > 0) problems.push(`${missing} records did not come back`)
  if (repeated > 0) problems.push(`${repeated} records came more than once`)
  const sentByKey = byKey(sent.map(({ key, headers }) => ({ key, id: headers.id })))
  const receivedByKey = byKey(received)
  for (const [key, ids] of sentByKey)
    if (ids.join() !== (receivedByKey.get(key) ?? []).join())
      problems.push(`the key "${key}" is out of order`)
  const shares = Array.from(
    { length: membersOfGroup },
    (_, member) => received.filter((record) => record.member === member).length,
  )
  if (shares.includes(0)) problems.push('one member of the group got nothing')
  if (problems.length > 0) throw new Error(`what came back is not what was sent: ${problems.join('; ')}`)
  const used = new Set(received.map((record) => record.partition)).size
  say(
    `Checked: every record came back once and in order for each of ${sentByKey.size} keys, over ${used} partitions; the members read ${shares.map(count).join(' and ')}.`,
  )
}

function byKey(records) {
  const ids = new Map()
  for (const { key, id } of records) {
    const known = ids.get(key)
    if (known) known.push(id)
    else ids.set(key, [id])
  }
  return ids
}

async function until(condition, pollMs = 20) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, pollMs))
}

function rate(records, bytes, startedAt, seconds = (performance.now() - startedAt) / 1000) {
  return `${count(Math.round(records / seconds))} records/s, ${(bytes / seconds / 1e6).toFixed(1)} MB/s`
}

function count(number) {
  return number.toLocaleString('en-US')
}

function ms(startedAt) {
  return `${count(Math.round(performance.now() - startedAt))} ms`
}
