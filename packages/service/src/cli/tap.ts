import { createReadStream, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command, Option } from 'commander'
import { ApiError } from '../aws/api-client.ts'
import type { TapAnswer, TapRequest } from '../fleet/engines/embedded/cluster-tap.ts'
import { codeOf, OperatingError } from '../fleet/operating-error.ts'
import { tapPath } from '../status-report.ts'
import { UsageError } from '../usage-error.ts'
import { dataDirOption, wholeNumber } from './options.ts'
import { formatOption, type OutputFormat, printOne } from './output.ts'
import { ownPagesOf } from './own-page.ts'
import { exchangeText, type ShownExchange } from './tap-text.ts'

interface Flags {
  dataDir: string
  api?: string
  client?: string
  topic?: string
  errors?: boolean
  num?: number
  out?: string
  in?: string
  output: OutputFormat
}

const pollMs = 100

export function tapCommand(): Command {
  return new Command('tap')
    .description('listen to what clients ask brokers of the service, and what these answer, until Ctrl-C')
    .option('--api <name>', "only of this API, by Kafka's name: Produce, Fetch, JoinGroup, …")
    .option('--client <id>', 'only of this client.id')
    .option('--topic <name>', 'only what names it')
    .option('--errors', 'only what was answered with an error')
    .addOption(new Option('-n, --num <n>', 'end after so many').argParser(wholeNumber('--num')))
    .option('--out <file>', 'write it there, a line of JSON each')
    .addOption(new Option('--in <file>', 'show what such a file has, in place of listening').conflicts('out'))
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async (flags: Flags) => {
      const out = flags.out === undefined ? null : fileFor(flags.out)
      let left = flags.num ?? Number.POSITIVE_INFINITY
      const source = flags.in === undefined ? heard(flags) : written(flags.in)
      for await (const exchange of source) {
        if (!isWanted(exchange, flags)) continue
        if (out !== null) writeSync(out, `${JSON.stringify(exchange)}\n`)
        await printOne(exchange, () => `${exchangeText(exchange)}\n`, flags.output)
        if (--left <= 0) break
      }
    })
}

function fileFor(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new OperatingError(`${path} cannot be written.`, {
      code: codeOf(error) ?? 'TAP_FILE',
      why: (error as Error).message,
      next: 'Give --out a file in a directory that is there.',
    })
  }
}

function isWanted({ api, clientId, topics, errors }: ShownExchange, flags: Flags): boolean {
  return (
    (flags.api === undefined || flags.api === api) &&
    (flags.client === undefined || flags.client === clientId) &&
    (flags.topic === undefined || topics.includes(flags.topic)) &&
    (!flags.errors || errors.length > 0)
  )
}

/** From the running service, from now on, until it stops. */
async function* heard({ dataDir, api, client }: Flags): AsyncGenerator<ShownExchange, void> {
  const ask = await ownPagesOf(dataDir)
  const listen = async (request: TapRequest) => (await ask('POST', tapPath, request)) as TapAnswer
  const filter = { ...(api !== undefined && { api }), ...(client !== undefined && { clientId: client }) }
  const { session } = await listen(filter).catch(refused)
  process.stderr.write('Listening; Ctrl-C ends it.\n')
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      const { exchanges, missed } = await listen({ session })
      yield* exchanges
      if (missed > 0) process.stderr.write(`${missed} more came at once, and are not shown.\n`)
    }
  } catch (error) {
    if (!gone.has(codeOf(error) ?? '')) throw error
    process.stderr.write('The service has stopped.\n')
  } finally {
    await ask('DELETE', tapPath, { session }).catch(() => {})
  }
}

const gone: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET'])

function refused(error: unknown): never {
  throw error instanceof ApiError && error.status === 400 ? new UsageError(error.message) : error
}

async function* written(path: string): AsyncGenerator<ShownExchange, void> {
  let number = 0
  const unreadable = (why: string) =>
    new OperatingError(`${path} cannot be shown.`, {
      code: 'TAP_FILE',
      why,
      next: 'Name a file that sluice tap --out has written.',
    })
  const lines = createInterface({
    input: createReadStream(path).on('error', (error) => lines.emit('error', unreadable(error.message))),
  })
  for await (const line of lines) {
    number++
    if (line.trim() === '') continue
    let exchange: ShownExchange
    try {
      exchange = JSON.parse(line)
    } catch (error) {
      throw unreadable(`Line ${number} is not JSON: ${(error as Error).message}.`)
    }
    if (typeof exchange?.api !== 'string' || !Array.isArray(exchange.errors))
      throw unreadable(`Line ${number} is no request with its answer.`)
    yield exchange
  }
}
