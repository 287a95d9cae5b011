import { Command } from 'commander'
import { type ConsoleLink, consoleLinksPath } from '../status-report.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat, printOne } from './output.ts'
import { askOwnPage } from './own-page.ts'

/** Prints the link, and starts no browser: what stands on a command line every user of the machine can see. */
export function consoleCommand(): Command {
  return new Command('console')
    .description('print a link that opens the console in a browser, signed in; it is good once')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async ({ dataDir, output }: { dataDir: string; output: OutputFormat }) => {
      const answer = (await askOwnPage(dataDir, 'POST', consoleLinksPath)) as ConsoleLink
      await printOne(answer, () => `${answer.link}\n`, output)
    })
}
