import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { CreateClusterCommand, KafkaClient } from '@aws-sdk/client-kafka'
import { describeTopics, throwOnError } from '@sluice/client'
import { AlterConfigOp, ConfigResourceType, IncrementalAlterConfigs } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectTo, ensureBuilt, Sandbox, type Status } from '../cli/sluice.ts'
import { isRunning } from '../lives/cluster.ts'
import { until } from '../lives/timeline.ts'
import { locateApacheKafka } from '../oracle/locate-apache-kafka.ts'

// Brokers of Apache Kafka log, roll their files, and outlive the service: every line arrives where `loggingInfo` says.

const found = process.env.SLUICE_INTEROP ? await locateApacheKafka((line) => console.log(line)) : undefined
const patiently = { timeout: 300_000, interval: 500 }
const group = 'brokers'

describe.skipIf(!found || 'missing' in found).each(['3.9.x.kraft', '4.4.x.kraft'])(
  'the logs of brokers of Apache Kafka %s',
  { timeout: 900_000 },
  (KafkaVersion) => {
    const sandbox = new Sandbox()
    let msk: KafkaClient
    let logs: CloudWatchLogsClient
    let uuid = ''

    beforeAll(async () => {
      process.env['SLUICE_KAFKA_HEAP_OPTS'] ??= '-Xms128m -Xmx384m'
      await ensureBuilt()
      await start()
      await logs.send(new CreateLogGroupCommand({ logGroupName: group }))
      const { ClusterArn = '' } = await msk.send(
        new CreateClusterCommand({
          ClusterName: 'logged',
          KafkaVersion,
          NumberOfBrokerNodes: 2,
          BrokerNodeGroupInfo: { ClientSubnets: ['subnet-a', 'subnet-b'], InstanceType: 'kafka.m5.large' },
          EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
          LoggingInfo: {
            BrokerLogs: {
              CloudWatchLogs: { Enabled: true, LogGroup: group },
              S3: { Enabled: true, Bucket: 'bucket', Prefix: 'logs' },
              Firehose: { Enabled: true, DeliveryStream: 'stream' },
            },
          },
        }),
      )
      uuid = ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1)
      await active()
    }, 900_000)

    afterAll(() => sandbox.close(), 300_000)

    async function start(): Promise<void> {
      const { exitCode, stderr } = await sandbox.start('--engine', 'apache-kafka', '--no-cluster')
      if (exitCode !== 0) throw new Error(stderr)
      const { endpoint, region, credentials } = JSON.parse((await sandbox.run('env', '-o', 'json')).stdout)
      const config = { endpoint, region, credentials, maxAttempts: 1 }
      msk = new KafkaClient(config)
      logs = new CloudWatchLogsClient(config)
    }

    const cluster = async (): Promise<Status['clusters'][number] | undefined> =>
      (await sandbox.status()).clusters[0]
    const active = () =>
      until('ACTIVE', 600_000, async () => (await cluster())?.state === 'ACTIVE' || undefined)

    /** The last of a broker's stream. */
    async function lastMessages(broker: number): Promise<string[]> {
      const logStreamName = `logged-${uuid}-Broker-${broker}`
      const { events = [] } = await logs
        .send(new GetLogEventsCommand({ logGroupName: group, logStreamName }))
        .catch(() => ({ events: [] }))
      return events.map(({ message = '' }) => message)
    }

    const directory = () => join(sandbox.dataDirectory, 'clusters', uuid, 'broker-1', 'logs')
    const serverLogs = () =>
      readdirSync(directory())
        .filter((name) => /^server\.log(\.\d)?$/.test(name))
        .sort()
        .reverse()

    /** All that broker 1 has in its files, the oldest first. */
    const written = () =>
      serverLogs()
        .map((name) => readFileSync(join(directory(), name), 'utf8'))
        .join('')

    /** All that has arrived of it in the bucket, the oldest first. */
    function delivered(): string {
      const below = `AWSLogs/000000000000/KafkaBrokerLogs/us-east-1/logged-${uuid}`
      const bucket = join(sandbox.dataDirectory, 's3', 'bucket', 'logs', below)
      if (!existsSync(bucket)) return ''
      const objects = readdirSync(bucket)
        .sort()
        .flatMap((hour) =>
          readdirSync(join(bucket, hour))
            .filter((name) => name.startsWith('Broker-1_'))
            .map((name) => name.replace('.log', ''))
            .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
            .map((name) => join(bucket, hour, `${name}.log`)),
        )
      return objects.map((path) => readFileSync(path, 'utf8')).join('')
    }

    /** How much broker 1 says. */
    async function setLevel(level: 'TRACE' | 'INFO'): Promise<void> {
      const connection = await connectTo((await cluster())?.bootstrapServers ?? '')
      const { responses } = await connection.request(IncrementalAlterConfigs, {
        resources: [
          {
            resourceType: ConfigResourceType.brokerLogger,
            resourceName: '1',
            configs: [{ name: 'root', configOperation: AlterConfigOp.set, value: level }],
          },
        ],
        validateOnly: false,
      })
      for (const { errorCode, errorMessage } of responses) throwOnError(errorCode, errorMessage)
      await connection.close()
    }

    /** Asks broker 1 again and again, who has much to say of it, until the answer is called. */
    async function ask(): Promise<() => Promise<void>> {
      let isOver = false
      const connection = await connectTo((await cluster())?.bootstrapServers ?? '')
      const asking = (async () => {
        while (!isOver) await Promise.all(Array.from({ length: 20 }, () => describeTopics(connection)))
      })()
      return async () => {
        isOver = true
        await asking
        await connection.close()
      }
    }

    it('arrive at all three destinations', async () => {
      for (const broker of [1, 2])
        await expect
          .poll(async () => (await lastMessages(broker)).join('\n'), patiently)
          .toMatch(/\[\d{4}-\d\d-\d\d [\d:,]+\] INFO .*started/)
      expect(delivered()).toContain('started')
      const firehose = join(sandbox.dataDirectory, 'firehose', 'stream', 'records.log')
      expect(readFileSync(firehose, 'utf8')).toContain('started')
    })

    it('arrive whole where files roll, and where the service is killed meanwhile', async () => {
      await setLevel('TRACE')
      const stop = await ask()
      await expect.poll(serverLogs, patiently).toContain('server.log.1')
      const { pid } = await sandbox.status()
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => isRunning(pid), patiently).toBe(false)
      // Nobody reads them for a while.
      await expect.poll(serverLogs, patiently).toContain('server.log.2')
      await stop()
      await start()
      await active()
      await setLevel('INFO')
      const isWhole = () => {
        const lines = written().split('\n').filter(Boolean)
        const arrived = new Set(delivered().split('\n'))
        return lines.filter((line) => !arrived.has(line))
      }
      await expect.poll(isWhole, patiently).toEqual([])
      expect(serverLogs()).not.toContain('server.log.4')
      const lines = delivered().split('\n')
      const twice = lines.length - new Set(lines).size
      console.log(
        `${lines.length} lines of broker 1 delivered, ${twice} of them twice; ${serverLogs().join(', ')}`,
      )
    })

    it('go on after a restart of the service and its brokers', async () => {
      expect(await sandbox.run('stop')).toMatchObject({ exitCode: 0 })
      const last = written().trimEnd().split('\n').at(-1)
      expect(delivered().trimEnd().split('\n').at(-1)).toBe(last)
      await start()
      await active()
      await expect.poll(() => delivered().length, patiently).toBeGreaterThan(0)
      await expect
        .poll(
          () =>
            written().trimEnd() !== '' && delivered().trimEnd().endsWith(written().trimEnd().slice(-1_000)),
          patiently,
        )
        .toBe(true)
      expect((await lastMessages(1)).join('\n')).toContain('started')
    })
  },
)
