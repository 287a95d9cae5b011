import { Command, Option } from 'commander'
import { chosenCluster, dotenvLines, environmentOf } from './environment.ts'
import { exitCodes } from './exit-codes.ts'
import { NotRunningError } from './failure.ts'
import { dataDirOption } from './options.ts'
import { askStatus } from './running-service.ts'
import { statusScreen } from './screen.ts'

interface StatusFlags {
  dataDir: string
  output: 'text' | 'env' | 'json'
}

export function statusCommand(): Command {
  return new Command('status')
    .description('show the running service: endpoints, clusters, brokers')
    .addOption(dataDirOption())
    .addOption(new Option('-o, --output <format>').choices(['text', 'json', 'env']).default('text'))
    .action(async ({ dataDir, output }: StatusFlags) => {
      try {
        const { report, accessKey } = await askStatus(dataDir)
        const shown = {
          text: () => statusScreen(report),
          env: () => dotenvLines(environmentOf(report, accessKey, chosenCluster(report, undefined))),
          json: () => `${JSON.stringify({ running: true, ...report, credentials: accessKey }, null, 2)}\n`,
        }
        process.stdout.write(shown[output]())
      } catch (error) {
        // A program gets an answer that it can read also when nothing is ready.
        if (!(error instanceof NotRunningError) || output !== 'json') throw error
        process.stdout.write(`${JSON.stringify({ running: false, ...error.found }, null, 2)}\n`)
        process.exitCode = exitCodes.notRunning
      }
    })
}
