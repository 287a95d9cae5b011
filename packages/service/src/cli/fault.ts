import { Command, Option } from 'commander'
import { ApiError } from '../aws/api-client.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import type { FaultReport, FaultRequest } from '../fleet/engines/embedded/faults/fault-request.ts'
import { faultsPath } from '../status-report.ts'
import { ownCommand } from './advice.ts'
import { dataDirOption, wholeNumber } from './options.ts'
import { formatOption, type OutputFormat, printAll } from './output.ts'
import { askOwnPage } from './own-page.ts'
import { UsageError } from '../usage-error.ts'

/* What goes wrong on purpose, in a service that was started for development. */

interface Flags {
  readonly dataDir: string
  readonly output: OutputFormat
}

type AddFlags = Omit<FaultRequest, 'api'> & Flags

const columns = {
  FAULT: ({ text }: FaultReport) => text,
  FIRED: ({ fired }: FaultReport) => fired,
  LEFT: ({ left }: FaultReport) => left ?? 'always',
}

export function faultCommand(): Command {
  const add = new Command('add')
    .description('let requests of clients fail, wait or be lost')
    .argument('<api>', "Kafka's name: Produce, Fetch, JoinGroup, …")
    .option('--topic <name>', 'only those that name it')
    .addOption(new Option('--partition <n>', 'only those that name it').argParser(wholeNumber('--partition')))
    .option('--client <id>', 'only those of this client.id')
    .addOption(new Option('--broker <id>', 'only those to this broker').argParser(wholeNumber('--broker')))
    .addOption(new Option('--times <n>', 'how often').argParser(wholeNumber('--times')))
    .option('--error <name>', 'the answer has it, and nothing is done')
    .addOption(new Option('--delay-ms <n>', 'it is served later').argParser(wholeNumber('--delay-ms')))
    .addOption(
      new Option('--throttle-ms <n>', 'its client is told to keep quiet').argParser(
        wholeNumber('--throttle-ms'),
      ),
    )
    .option('--drop', 'it is never answered')
    .option('--disconnect', 'its connection is closed')
    .option('--served', 'of the last two: it is served, and only its answer is lost')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async (api: string, { dataDir, output, ...fault }: AddFlags) =>
      printAll(await ask(dataDir, 'POST', { api, ...fault }), columns, output),
    )
  const list = new Command('list')
    .description('show those that are set, and how often each has fired')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async ({ dataDir, output }: Flags) => printAll(await ask(dataDir, 'GET'), columns, output))
  const clear = new Command('clear')
    .description('let everything go well again')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async ({ dataDir, output }: Flags) => printAll(await ask(dataDir, 'DELETE'), columns, output))
  return new Command('fault')
    .description(
      'what goes wrong on purpose (needs start --accept-any-signature; brokers of the embedded engine)',
    )
    .addCommand(add)
    .addCommand(list)
    .addCommand(clear)
}

async function ask(
  dataDir: string,
  method: 'GET' | 'POST' | 'DELETE',
  body?: object,
): Promise<FaultReport[]> {
  try {
    const answer = await askOwnPage(dataDir, method, faultsPath, body)
    return (answer as { faults: FaultReport[] }).faults
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status !== 404) throw new UsageError(error.message)
    throw new OperatingError('This service has no faults.', {
      code: 'NOT_FOR_DEVELOPMENT',
      why: 'Only one that was started for development can be told to fail.',
      next: `Stop it (${ownCommand('stop', dataDir)}), then ${ownCommand('up', dataDir)} --accept-any-signature`,
    })
  }
}
