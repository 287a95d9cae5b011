// Streams of Kinesis (`npm run bench -- --streams`) beside the two other servers of that API that npm has, in one run, in
// alternating order. Records are random, 1 KB each.
import { join } from 'node:path'
import { residentMegabytes } from '../processes.mjs'
import { tableOf } from '../report.mjs'
import { format, median, withSpread } from '../statistics.mjs'
import { removeDirectory } from '../targets.mjs'
import { Kinesis } from './client.mjs'
import { active, getRecords, putRecords, putToGet, putToSubscriber, quantile, warmUp } from './loads.mjs'
import { sides } from './sides.mjs'

const wideShards = 1_000
/** Before anything counts. */
const warmUpSeconds = 2

/** Each is measured of every side in every round; `figures` of its result are lines of the table. */
function rowsOf(quick) {
  const seconds = quick ? 1 : 3
  const puts = quick ? 8 : 20
  const latencies = (title) => [
    { title: `${title}, p50`, unit: 'ms', of: (times) => quantile(times, 0.5), isTime: true },
    { title: `${title}, p99`, unit: 'ms', of: (times) => quantile(times, 0.99), isTime: true },
  ]
  const rate = (title) => [{ title, unit: 'MB/s', of: (value) => value }]
  const warm = (load) => async (side) => {
    await warmUp(side, quick ? warmUpSeconds / 4 : warmUpSeconds)
    return load(side)
  }
  return [
    {
      measure: warm((side) => putRecords(side, 'json', seconds)),
      figures: rate('PutRecords of 500 × 1 KB, JSON'),
    },
    {
      measure: warm((side) => putRecords(side, 'cbor', seconds)),
      figures: rate('PutRecords of 500 × 1 KB, CBOR'),
    },
    { measure: warm((side) => getRecords(side, puts)), figures: rate('GetRecords of what was put, JSON') },
    { measure: warm((side) => putToGet(side, seconds)), figures: latencies('PutRecord to GetRecords') },
    {
      measure: warm((side) => putToSubscriber(side, seconds)),
      figures: latencies('PutRecord to SubscribeToShard'),
    },
    { measure: wide, figures: wideFigures },
  ]
}

const wideFigures = [
  { title: `a stream of ${wideShards} shards, to ACTIVE`, unit: 'ms', of: ({ createMs }) => createMs },
  { title: 'memory with it', unit: 'MB', of: ({ megabytes }) => megabytes },
  { title: 'start with it, to the first acknowledged record', unit: 'ms', of: ({ startMs }) => startMs },
  { title: 'memory then', unit: 'MB', of: ({ againMegabytes }) => againMegabytes },
].map((figure) => ({ ...figure, isTime: true }))

export async function streams({ directory, rounds, quick, only, say }) {
  const rows = rowsOf(quick).filter(({ figures }) => figures.some(({ title }) => title.includes(only)))
  const lines = rows.flatMap(({ measure, figures }) =>
    figures.map((figure) => ({ ...figure, measure, values: sides.map(() => []) })),
  )
  const failures = new Map()
  for (let round = 1; round <= rounds; round++)
    for (const { measure, figures } of rows)
      for (const side of round % 2 ? sides : sides.toReversed()) {
        say(`round ${round} of ${rounds}: ${figures[0].title}, ${side.name}`)
        const result = await measured(side, measure, join(directory, 'streams'), (error) =>
          failures.set(`${side.name}: ${figures[0].title}`, error),
        )
        if (result === undefined) continue
        for (const line of lines.filter((one) => one.measure === measure)) {
          line.values[sides.indexOf(side)].push(line.of(result))
          // Whoever stops it before its end knows this much.
          say(`${side.name}: ${line.title}: ${format(line.of(result))} ${line.unit}`)
        }
      }
  const head = [
    'what',
    'unit',
    ...sides.map(({ name, version }) => [name, version].filter(Boolean).join(' ')),
  ]
  const table = tableOf([head, ...lines.map(cellsOf)])
  const told = [...failures].map(([where, message]) => `- ${where}: ${message}`)
  return [table, ...(told.length > 0 ? ['', 'What did not run:', '', ...told] : [])].join('\n')
}

/** The best one of each line is bold. */
function cellsOf({ title, unit, values, isTime }) {
  const medians = values.map(median)
  const known = medians.filter((value) => value !== undefined)
  const best = isTime ? Math.min(...known) : Math.max(...known)
  const cells = values.map((all, at) => (medians[at] === best ? `**${withSpread(all)}**` : withSpread(all)))
  return [title, unit, ...cells]
}

/** On a server of its own. */
async function measured(side, measure, directory, onFailure) {
  removeDirectory(directory)
  let running
  try {
    running = await side.start(directory)
    return await measure(running, { again: () => side.start(directory) })
  } catch (error) {
    if (side.name === 'Sluice') throw error
    onFailure(error.message.split('\n')[0].slice(0, 300))
    return undefined
  } finally {
    await running?.stop()
    removeDirectory(directory)
  }
}

async function wide(running, { again }) {
  const from = performance.now()
  const StreamName = 'wide'
  const put = { StreamName, PartitionKey: 'k', Data: 'eA==' }
  let client = new Kinesis(running)
  await client.ask('CreateStream', { StreamName, ShardCount: wideShards })
  await active(client, StreamName)
  const createMs = performance.now() - from
  await client.ask('PutRecord', put)
  const megabytes = residentMegabytes(running.pid)
  client.close()
  // One of them writes what it has in memory every now and then.
  await new Promise((resolve) => setTimeout(resolve, 7_000))
  await running.stop()
  const since = performance.now()
  const next = await again()
  try {
    client = new Kinesis(next)
    await client.ask('PutRecord', put)
    const startMs = performance.now() - since
    return { createMs, megabytes, startMs, againMegabytes: residentMegabytes(next.pid) }
  } finally {
    client.close()
    await next.stop()
  }
}
