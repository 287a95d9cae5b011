// The servers: ours, and two others from npm, which are fetched into the cache when they are first asked for.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cachedPackage } from '../../scripts/cached-package.mjs'
import { startProcess } from '../processes.mjs'
import { freePort, host, launcher } from '../targets.mjs'
import { Kinesis } from './client.mjs'

const readyMsMax = 60_000
const anyCredentials = { accessKeyId: 'any', secretAccessKey: 'any' }
/** Streams become what they shall be at once, and an account has shards enough: it is not this that is measured. */
const shardsMax = 10_000

/** In order of the table's columns. */
export const sides = [
  { name: 'Sluice', start: startSluice },
  { name: 'kinesalite', version: '3.3.3', start: startKinesalite },
  { name: 'kinesis-mock', version: '0.6.2', start: startKinesisMock },
]

/** What runs: its endpoint and credentials, its process; `stop` ends it. */
async function startSluice(directory) {
  const isAgain = existsSync(directory)
  mkdirSync(directory, { recursive: true })
  const port = await freePort()
  const where = ['--data-dir', directory]
  const process_ = await startProcess({
    name: 'sluice start',
    args: [launcher, 'start', '--no-cluster', '--stream-limits', 'off', '--api-port', String(port), ...where],
  })
  if (!isAgain) credentials = credentialsOf(where)
  return { ...process_, endpoint: `http://${host}:${port}`, credentials }
}

/** Of the directory that was started with last: a restart does not alter them, and asking for them is no part of it. */
let credentials

function credentialsOf(where) {
  const env = execFileSync(process.execPath, [launcher, 'env', '-o', 'json', ...where], { encoding: 'utf8' })
  return JSON.parse(env).credentials
}

async function startKinesalite(directory) {
  const port = await freePort()
  const times = ['--createStreamMs', '0', '--deleteStreamMs', '0', '--updateStreamMs', '0']
  const cli = join(cachedPackage(this.name, this.version), 'cli.js')
  const args = [cli, '--port', port, '--shardLimit', shardsMax, '--path', directory]
  return started(this.name, port, { args: [...args, ...times].map(String) })
}

async function startKinesisMock(directory) {
  const port = await freePort()
  const durations = [
    'CREATE_STREAM',
    'DELETE_STREAM',
    'REGISTER_STREAM_CONSUMER',
    'DEREGISTER_STREAM_CONSUMER',
  ]
  const env = {
    KINESIS_MOCK_PLAIN_PORT: String(port),
    KINESIS_MOCK_TLS_PORT: String(await freePort()),
    SHARD_LIMIT: String(shardsMax),
    SHOULD_PERSIST_DATA: 'true',
    PERSIST_PATH: directory,
    ...Object.fromEntries(durations.map((name) => [`${name}_DURATION`, '1ms'])),
  }
  const cwd = cachedPackage('kinesis-local', this.version)
  // It looks for its certificate where it is started.
  return started(this.name, port, { args: [join(cwd, 'main.js')], env, cwd })
}

async function started(name, port, how) {
  const side = { endpoint: `http://${host}:${port}`, credentials: anyCredentials }
  const client = new Kinesis(side)
  const isReady = async () => {
    const from = performance.now()
    for (;;)
      try {
        await client.ask('ListStreams', {})
        return client.close()
      } catch (error) {
        if (performance.now() - from > readyMsMax) throw error
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
  }
  return { ...(await startProcess({ name, ...how, isReady })), ...side }
}
