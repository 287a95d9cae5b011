import { Option } from 'commander'

export const defaultDataDirectory = './.sluice'

export function dataDirOption(): Option {
  return new Option('--data-dir <directory>', 'where everything is kept').default(defaultDataDirectory)
}
