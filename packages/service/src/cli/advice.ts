import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultDataDirectory } from './options.ts'
import { launcher, ownName, shellWord, shortPath, type Surroundings } from './own-name.ts'

/** `npx sluice status --data-dir ./elsewhere`: a command line of ours that works as it is printed. */
export function ownCommand(verb: string, dataDirectory: string): string {
  const words = [ownName(here()), ...verb.split(' ')]
  if (resolve(dataDirectory) !== resolve(defaultDataDirectory))
    words.push('--data-dir', shellWord(shortPath(dataDirectory)))
  return words.join(' ')
}

function here(): Surroundings {
  return {
    directory: process.cwd(),
    path: process.env['PATH'] ?? '',
    launcher: launcher(),
    exists: existsSync,
  }
}
