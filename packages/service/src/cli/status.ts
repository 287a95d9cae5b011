import { Command } from 'commander'
import { chosenCluster, dotenvLines, environmentOf } from './environment.ts'
import { exitCodes } from './exit-codes.ts'
import { NotRunningError } from './failure.ts'
import { dataDirOption } from './options.ts'
import { formatOptionWith, type OutputFormat, printOne } from './output.ts'
import { askStatus, scramVariables } from './running-service.ts'
import { statusScreen } from './screen.ts'

interface StatusFlags {
  dataDir: string
  output: OutputFormat | 'env'
}

export function statusCommand(): Command {
  return new Command('status')
    .description('show the running service: endpoints, clusters, brokers')
    .addOption(dataDirOption())
    .addOption(formatOptionWith(['env'], 'env: KEY=value lines, as `sluice env` has them').default('table'))
    .action(async ({ dataDir, output }: StatusFlags) => {
      try {
        const { report, accessKey } = await askStatus(dataDir)
        if (output === 'env') {
          const cluster = chosenCluster(report, undefined)
          const login = await scramVariables(report, accessKey, cluster)
          process.stdout.write(dotenvLines({ ...environmentOf(report, accessKey, cluster), ...login }))
          return
        }
        const all = { running: true, ...report, credentials: accessKey }
        await printOne(all, () => statusScreen(report), output)
      } catch (error) {
        // A program gets an answer that it can read also when nothing is ready.
        if (!(error instanceof NotRunningError) || output === 'table' || output === 'env') throw error
        await printOne({ running: false, ...error.found }, {}, output)
        process.exitCode = exitCodes.notRunning
      }
    })
}
