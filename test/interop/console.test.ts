import { spawnSync } from 'node:child_process'
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ensureBuilt, Sandbox } from '../cli/sluice.ts'
import { Browser, newProfile, removeProfile } from './browser.ts'

// The console in a real browser, where this machine has Chromium: what a person sees of it, under its own rules for content.

const names = ['chromium', 'chromium-browser', 'google-chrome']
const chromium = names.find((name) => spawnSync(name, ['--version']).status === 0)
if (!chromium) console.log(`The console is not looked at: there is no ${names.join(', ')}.`)

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-quic'],
]
const dumping = ['--virtual-time-budget=5000', '--dump-dom']

/** Of operations that the SDK does not know, too. */
function asked(kinesis: KinesisClient, operation: string, input: object): Promise<unknown> {
  const command = new ListStreamsCommand()
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; body: string }
      request.body = JSON.stringify(input)
      request.headers['x-amz-target'] = `Kinesis_20131202.${operation}`
      request.headers['content-length'] = String(request.body.length)
      return next(args)
    },
    { step: 'build' },
  )
  return kinesis.send(command)
}

describe.skipIf(!process.env.SLUICE_INTEROP || !chromium)(
  'the console in a browser',
  { timeout: 120_000 },
  () => {
    const sandbox = new Sandbox()
    const profiles: string[] = []

    beforeAll(async () => {
      await ensureBuilt()
      expect((await sandbox.start()).exitCode).toBe(0)
      expect((await sandbox.run('stream create', 'clicks', '--shards', '2')).exitCode).toBe(0)
      // It takes records when it is ACTIVE.
      const put = () => sandbox.run('stream put', 'clicks', 'a:{"n":12345678901234567890}', 'b:<b>bold</b>')
      await vi.waitFor(async () => expect((await put()).exitCode).toBe(0), { timeout: 25_000, interval: 100 })
    }, 120_000)
    beforeAll(async () => {
      expect((await sandbox.run('stream create', 'orders')).exitCode).toBe(0)
      const { stdout } = await sandbox.run('stream describe', 'orders', '-o', 'json')
      expect(JSON.parse(stdout)).toHaveLength(4)
      const { stdout: env } = await sandbox.run('env', '-o', 'json')
      const { endpoint, credentials, region, accountId } = JSON.parse(env)
      const StreamARN = `arn:aws:kinesis:${region}:${accountId}:stream/orders`
      const kinesis = new KinesisClient({ endpoint, credentials, region })
      const ask = (operation: string, input: object) => asked(kinesis, operation, input)
      // A queue and a channel are made of a stream that is ACTIVE.
      const create = () => ask('CreateQueue', { QueueName: 'work', StreamConfigurationList: [{ StreamARN }] })
      await vi.waitFor(create, { timeout: 25_000, interval: 100 })
      await ask('CreateChannel', {
        ChannelName: 'lake',
        ServiceExecutionRoleARN: `arn:aws:iam::${accountId}:role/deliver`,
        StreamConfigurationList: [{ StreamARN, RecordConfiguration: { RecordFormatType: 'JSON' } }],
        S3DestinationConfiguration: {
          StorageConfiguration: {
            BucketARN: 'arn:aws:s3:::lake',
            ExpectedBucketOwner: accountId,
            CompressionType: 'NONE',
          },
        },
      })
      kinesis.destroy()
    }, 60_000)
    afterAll(async () => {
      await sandbox.close()
      for (const profile of profiles) await removeProfile(profile)
    })

    /** The page as it stands when what it asks for has come, in a browser that knows nothing; signed in, or not. */
    async function seen(path: string, { isSignedIn = true } = {}): Promise<string> {
      const profile = newProfile()
      profiles.push(profile)
      const { stdout } = await sandbox.run('console')
      const [address = '', ticket = ''] = stdout.trim().split('#')
      const at = `${address}${path}${isSignedIn ? `#${ticket}` : ''}`
      const shown = spawnSync(chromium ?? '', [...flags, ...dumping, `--user-data-dir=${profile}`, at], {
        encoding: 'utf8',
        timeout: 60_000,
      })
      expect(shown.status, shown.stderr).toBe(0)
      return shown.stdout
    }

    it('shows clusters and streams to whoever has a link', async () => {
      const page = await seen('')
      expect(page).toContain('href="/_sluice/console/clusters/demo"')
      expect(page).toContain('href="/_sluice/console/streams/clicks"')
    })

    it('shows the topics, groups and brokers of a cluster', async () => {
      expect((await sandbox.run('topic create', 'visits', '-p', '2')).exitCode).toBe(0)
      expect(await seen('clusters/demo')).toContain('href="/_sluice/console/clusters/demo?topic=visits"')
      const topic = await seen('clusters/demo?topic=visits')
      expect(topic).toContain('No group has committed anything of it.')
      expect(topic).toContain('npx sluice topic describe --cluster demo visits')
      expect(await seen('clusters/demo?tab=groups')).toContain('No consumer groups yet.')
      expect(await seen('clusters/demo?tab=groups&group=%3Cb%3E')).toContain('There is no group &lt;b&gt;.')
      expect(await seen('clusters/demo?tab=brokers')).toContain('100.0 GiB')
    })

    it('shows the shards of a stream', async () => {
      const page = await seen('streams/clicks')
      expect(page).toContain('2 open shards and 0 closed over the hash keys')
      for (const number of [0, 1]) expect(page).toContain(`>shardId-00000000000${number}</a>`)
    })

    it('shows its records, whatever is in them as text', async () => {
      const page = await seen('streams/clicks?tab=records')
      expect(page).toContain('{"n":12345678901234567890}')
      expect(page).toContain('&lt;b&gt;bold&lt;/b&gt;')
    })

    it('shows queues and channels, of a stream and of all', async () => {
      const home = await seen('')
      expect(home).toContain('href="/_sluice/console/queues/work"')
      expect(home).toContain('href="/_sluice/console/channels/lake"')
      expect(await seen('streams/orders?tab=queues')).toContain('href="/_sluice/console/queues/work"')
      expect(await seen('streams/clicks?tab=channels')).toContain('Only streams on demand have channels.')
    })

    it('shows a queue, from whose dead letters one can receive, and a channel', async () => {
      const dead = await seen('queues/work?tab=dead')
      expect(dead).toContain('Receive dead letters')
      expect(dead).toContain('when it was received 6 times and not acknowledged')
      const lake = await seen('channels/lake')
      expect(lake).toContain('s3/lake')
      expect(lake).toContain('Delete channel')
      expect(await seen('queues/nowhere')).toContain('There is no queue nowhere.')
    })

    it('has dead letters delivered again, by the keyboard alone', async () => {
      const { stdout } = await sandbox.run('console')
      const browser = new Browser(chromium ?? '', flags)
      const dialog = (isOpen: boolean) => browser.until(`!document.querySelector('dialog') === ${!isOpen}`)
      const rows = (count: number) =>
        browser.until(`document.querySelectorAll('.held tbody tr').length === ${count}`)
      const receivable = (name: string) => {
        const button = `document.querySelector('[data-key=receive]:enabled')`
        return browser.until(`${button}?.textContent === '${name}'`)
      }
      /** Presses a button, and what it asks is answered by Enter. */
      const act = async (name: string) => {
        await browser.tabTo(name)
        await browser.press('Enter')
        await dialog(true)
        await browser.press('Enter')
        await dialog(false)
      }
      try {
        await browser.open(stdout.trim())
        await browser.until(`document.querySelector('[data-key="Queues work"]')`)
        await browser.tabTo('work')
        await browser.press('Enter')
        await browser.until(`document.querySelector('h1').textContent === 'work'`)
        expect(await browser.focus()).toBe('work')
        await browser.tabTo('Settings')
        await browser.press('Enter')
        await browser.until(`document.querySelector('[data-key="Dead letters"]')`)
        await browser.tabTo('Change: Visibility time-out')
        await browser.press('Enter')
        await dialog(true)
        await browser.press('Escape')
        await dialog(false)
        expect(await browser.focus()).toBe('Change: Visibility time-out')
        await browser.press('Enter')
        await dialog(true)
        await browser.type('1')
        await browser.tabTo('Dead letter after so many receives')
        await browser.type('1')
        await browser.press('Enter')
        await dialog(false)
        expect((await sandbox.run('stream put', 'orders', 'a:<b>one</b>', 'b:two')).exitCode).toBe(0)
        await browser.tabTo('Records')
        await browser.press('Enter')
        await receivable('Receive records')
        await act('Receive records')
        await rows(2)
        await browser.until(`document.querySelector('.held').textContent.includes('over: others receive it')`)
        await browser.tabTo('Dead letters')
        await browser.press('Enter')
        await receivable('Receive dead letters')
        await act('Receive dead letters')
        await rows(2)
        await act('Restore 2')
        await rows(0)
        expect(await browser.value(`document.querySelector('#said').textContent`)).toBe(
          'Restore: 2 dead letters.',
        )
        await browser.tabTo('Records')
        await browser.press('Enter')
        await receivable('Receive records')
        await act('Receive records')
        await rows(2)
        expect(await browser.value(`document.querySelector('.held').textContent`)).toContain('<b>one</b>')
      } finally {
        await browser.close()
      }
    })

    it('scrolls sideways on no page of a telephone, however long names are', async () => {
      const long = 'a-name-as-long-as-a-name-of-a-stream-can-be-'.padEnd(128, 'x')
      expect((await sandbox.run('topic create', long)).exitCode).toBe(0)
      expect((await sandbox.run('stream create', long, '--shards', '1')).exitCode).toBe(0)
      const put = () => sandbox.run('stream put', long, `${long}:${long}`)
      await vi.waitFor(async () => expect((await put()).exitCode).toBe(0), { timeout: 25_000, interval: 100 })
      const { stdout } = await sandbox.run('console')
      const [address = ''] = stdout.trim().split('#')
      const browser = new Browser(chromium ?? '', flags)
      const tabs = (of: string, ...names: string[]) => names.map((name) => `${of}?tab=${name}`)
      const ofStream = ['shards', 'records', 'consumers', 'queues', 'channels', 'settings']
      const pages = [
        ...[
          '',
          'clusters/demo',
          `clusters/demo?topic=${long}`,
          ...tabs('clusters/demo', 'groups', 'brokers'),
        ],
        ...['clicks', 'orders', long].flatMap((name) => tabs(`streams/${name}`, ...ofStream)),
        ...tabs('queues/work', 'records', 'dead', 'settings'),
        'channels/lake',
      ]
      const isTooWide = 'document.documentElement.scrollWidth > innerWidth'
      const tooWide: string[] = []
      try {
        await browser.beWide(360)
        await browser.open(stdout.trim())
        await browser.until(`document.querySelector('[data-key="Queues work"]')`)
        for (const page of pages) {
          await browser.open(address + page)
          // What somebody chooses on a page is noted behind it.
          await browser.until(`location.href.startsWith('${address + page}')`)
          await browser.until(`document.querySelector('h1') && !document.querySelector('.waiting')`)
          for (const width of [360, 400]) {
            await browser.beWide(width)
            if (await browser.value(isTooWide)) tooWide.push(`${page || 'home'} at ${width}`)
          }
        }
      } finally {
        await browser.close()
      }
      expect(tooWide).toEqual([])
    })

    it('asks whoever has none for a key', async () => {
      const page = await seen('streams/clicks', { isSignedIn: false })
      expect(page).toContain('Secret access key')
      expect(page).not.toContain('shardId-')
    })
  },
)
