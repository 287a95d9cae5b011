import { Option } from 'commander'
import { UsageError } from '../usage-error.ts'

export const defaultDataDirectory = './.sluice'

export function dataDirOption(): Option {
  return new Option('--data-dir <directory>', 'where everything is kept')
    .default(defaultDataDirectory)
    .argParser((directory) => {
      // An empty variable in a script would else be the current directory.
      if (directory.trim() === '')
        throw new UsageError('--data-dir takes a directory, and got an empty text.')
      return directory
    })
}

/** Reads the value of a flag. */
export function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text))
      throw new UsageError(`${flag} takes a whole number, and got ${JSON.stringify(text)}.`)
    return Number(text)
  }
}
