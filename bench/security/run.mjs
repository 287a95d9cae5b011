// What encryption, logins and permissions cost: each figure beside the plain listener, node:tls itself, and Apache Kafka.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { processorMs, residentMegabytes, startProcess } from '../processes.mjs'
import { createTopic } from '../protocol.mjs'
import { tableOf } from '../report.mjs'
import { format, formatRatio, median, withSpread } from '../statistics.mjs'
import { host, settings } from '../targets.mjs'
import { accessKey } from './iam.mjs'

const file = (name) => fileURLToPath(new URL(name, import.meta.url))
const answerBytes = 60
const idleConnections = 1_000
const secrets = { user: 'bench', password: 'bench', ...accessKey }

const streams = [
  { title: 'produce, 16 KB batches', api: 'produce', batch: 16_384 },
  { title: 'produce, 1 MB batches', api: 'produce', batch: 1_000_000 },
  { title: 'produce, 16 KB batches, a TLS record a message', api: 'produce', batch: 16_384, fragment: 1_024 },
  { title: 'fetch, 16 KB at a time', api: 'fetch', batch: 16_384 },
  { title: 'fetch, 1 MB at a time', api: 'fetch', batch: 1_000_000 },
]

/** The tables of the run, in Markdown. */
export async function security({ directory, rounds, quick, kafka, only, say }) {
  const { Authority } = await import('sluice')
  const { systemClock, systemDisk } = await import('@sluice/effects')
  const keystore = join(directory, 'keystore.pem')
  const authority = new Authority({ clock: systemClock(), disk: systemDisk() }, directory)
  await authority.keepFile(keystore, { subject: 'CN=bench', hosts: [host, 'localhost'] })
  const plan = { keystore, ca: authority.certificatePath, directory, rounds, quick, say }
  const wanted = streams.filter(({ title }) => title.includes(only))
  const ours = await startOurs(plan)
  const theirs = kafka && (await startTheirs(plan, kafka))
  try {
    const tables = wanted.length > 0 ? [await streamTable(wanted, plan, ours, theirs)] : []
    if (only === '') tables.push(await restTable(plan, ours))
    return tables.join('\n\n')
  } finally {
    await ours.target.stop()
    await theirs?.target.stop()
  }
}

async function startOurs({ directory, keystore }) {
  const args = [file('server.mjs'), join(directory, 'engine'), keystore, ...settings]
  const target = await startProcess({ name: 'the engine', args })
  const ports = JSON.parse(target.output().split('\n')[0])
  return { target, plain: ports.PLAIN, secure: ports.SECURE, login: ports.LOGIN }
}

async function startTheirs({ directory, keystore, ca }, kafka) {
  const target = await kafka.start(join(directory, 'kafka'), undefined, { keystore, truststore: ca })
  return { target, plain: target.address.port, secure: target.securePort }
}

async function streamTable(rows, plan, ours, theirs) {
  const head = ['work', 'Sluice MB/s', 'plain MB/s', 'node:tls MB/s', 'Apache Kafka MB/s']
  const cpu = [
    'Sluice CPU ms/MB',
    'plain',
    'node:tls',
    'Apache Kafka',
    'against plain + node:tls (wanted ≤ 1.2 ×)',
  ]
  const lines = []
  for (const row of rows) {
    const raw = await startProcess({
      name: 'node:tls',
      args: [file('raw.mjs'), plan.keystore, String(row.api === 'fetch' ? row.batch : answerBytes)],
    })
    const sides = {
      secure: { ...ours, port: ours.secure, keystore: plan.ca },
      plain: { ...ours, port: ours.plain },
      raw: { target: raw, port: Number(raw.output()), keystore: plan.ca },
      ...(theirs && { kafka: { ...theirs, port: theirs.secure, keystore: plan.ca } }),
    }
    const found = {}
    for (const name of Object.keys(sides)) found[name] = { rate: [], cpu: [] }
    // The first round warms up and does not count.
    for (let round = plan.quick ? 1 : 0; round <= plan.rounds; round++) {
      const names = Object.keys(sides)
      for (const name of round % 2 ? names : names.toReversed()) {
        const result = await streamOnce(row, sides[name], plan)
        if (round === 0) continue
        found[name].rate.push(result.rate)
        found[name].cpu.push(result.cpu)
      }
    }
    await raw.stop()
    lines.push(lineOf(row, found))
    plan.say(`measured: ${row.title}`)
  }
  return tableOf([[...head, ...cpu], ...lines])
}

function lineOf({ title }, { secure, plain, raw, kafka }) {
  const rates = [secure, plain, raw, kafka].map((side) => withSpread(side?.rate ?? []))
  const costs = [secure, plain, raw, kafka].map((side) => withSpread(side?.cpu ?? []))
  const ratio = median(secure.cpu) / (median(plain.cpu) + median(raw.cpu))
  return [title, ...rates, ...costs, formatRatio(ratio)]
}

let topics = 0

async function streamOnce({ api, batch, fragment }, { target, plain, port, keystore }, { quick }) {
  const topic = `bench-${++topics}`
  if (plain) await createTopic({ host, port: plain }, topic, 1)
  const bytes = quick ? 60e6 : 400e6
  // All of it comes from the page cache, the same again and again.
  if (plain && api === 'fetch')
    await runClient({ kind: 'stream', api: 'produce', topic, batch, inflight: 5, bytes: 4e6, port: plain })
  const inflight = api === 'fetch' ? 1 : 5
  const before = processorMs(target.pid)
  const { megabytes, seconds } = await runClient({
    kind: 'stream',
    api,
    topic,
    batch,
    fragment,
    inflight,
    bytes,
    port,
    keystore,
  })
  return { rate: megabytes / seconds, cpu: (processorMs(target.pid) - before) / megabytes }
}

async function restTable(plan, ours) {
  const lines = []
  for (const mechanism of ['SCRAM-SHA-512', 'AWS_MSK_IAM']) {
    const count = plan.quick ? 200 : 2_000
    const of = { rate: [], cpu: [] }
    for (let round = 0; round <= plan.rounds; round++) {
      const before = processorMs(ours.target.pid)
      const load = {
        kind: 'logins',
        mechanism,
        secrets,
        count,
        atOnce: 8,
        port: ours.login,
        plainPort: ours.plain,
      }
      const { seconds } = await runClient(load)
      if (round === 0) continue
      of.rate.push(count / seconds)
      of.cpu.push((processorMs(ours.target.pid) - before) / count)
    }
    lines.push([`logins by ${mechanism}, one client`, 'logins/s', withSpread(of.rate)])
    lines.push([`a login by ${mechanism}`, 'CPU ms', withSpread(of.cpu)])
    plan.say(`measured: logins by ${mechanism}`)
  }
  const { iam, acls } = await authorization(ours)
  for (const [of, { first, again }] of Object.entries({
    'IAM, 50 statements': iam,
    'ACLs, 1,000 of them': acls,
  })) {
    lines.push([`a question to ${of}, of a new topic`, 'µs', format(first / 1_000)])
    lines.push([`a question to ${of}, as requests ask it (wanted ≤ 5 µs)`, 'µs', format(again / 1_000)])
  }
  lines.push([
    `memory of ${idleConnections} idle TLS connections`,
    'MB',
    format(await idleMegabytes(plan, ours)),
  ])
  return tableOf([['work', 'unit', 'Sluice'], ...lines])
}

async function authorization({ target }) {
  const message = await runClient({ kind: 'message', secrets })
  const before = target.output().length
  target.tell(message)
  for (;;) {
    const line = target.output().slice(before).trim()
    if (line.endsWith('}')) return JSON.parse(line)
    await Promise.race([target.failed, new Promise((resolve) => setTimeout(resolve, 20))])
  }
}

async function idleMegabytes({ ca }, { target, secure }) {
  const before = residentMegabytes(target.pid)
  const load = { kind: 'idle', count: idleConnections, port: secure, keystore: ca }
  const clients = await startProcess({
    name: 'idle clients',
    args: [file('client.mjs'), JSON.stringify(load)],
  })
  const after = residentMegabytes(target.pid)
  await clients.stop()
  return after - before
}

async function runClient(load) {
  const { stdout } = await promisify(execFile)(process.execPath, [file('client.mjs'), JSON.stringify(load)], {
    timeout: 300_000,
  })
  return JSON.parse(stdout)
}

/** User and system time of a process, all its threads. */
