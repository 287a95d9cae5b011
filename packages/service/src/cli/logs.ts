import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '@sluice/effects'
import { Command, Option } from 'commander'
import { codeOf, OperatingError } from '../fleet/operating-error.ts'
import { ownCommand } from './advice.ts'
import { dataDirOption, wholeNumber } from './options.ts'
import { findOccupant } from './running-service.ts'

interface Flags {
  dataDir: string
  follow?: boolean
  num: number
}

const followEveryMs = 200
/** Lines are looked for in so much of the end of the file. */
const tailBytesMax = 4 * 1024 * 1024

export function logsCommand(): Command {
  return new Command('logs')
    .description('show the end of the log of a service that was started with --detach or up')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .addOption(new Option('-n, --num <n>', 'so many lines').argParser(wholeNumber('--num')).default(100))
    .addOption(dataDirOption())
    .action(async ({ dataDir, follow, num }: Flags) => {
      const path = join(resolve(dataDir), 'sluice.log')
      const end = showEnd(path, num, dataDir)
      if (follow) await followFrom(path, end)
    })
}

/** Gives how far the file was read. */
function showEnd(path: string, lines: number, dataDir: string): number {
  try {
    const { size } = statSync(path)
    const text = read(path, Math.max(0, size - tailBytesMax), size).toString()
    const last = text.trimEnd().split('\n').slice(-lines)
    if (lines > 0 && text !== '') process.stdout.write(`${last.join('\n')}\n`)
    return size
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new OperatingError('There is no log.', {
      code: 'NO_LOG',
      why: `${path} is not there: a service that is not detached writes to its terminal.`,
      next: findOccupant(dataDir)
        ? `Read it there, or stop the service (${ownCommand('stop', dataDir)}), then ${ownCommand('up', dataDir)}`
        : `Start it with ${ownCommand('up', dataDir)}`,
    })
  }
}

async function followFrom(path: string, from: number): Promise<void> {
  let isOver = false
  const stop = () => (isOver = true)
  process.on('SIGINT', stop).on('SIGTERM', stop)
  // Whoever reads has seen enough.
  process.stdout.on('error', stop)
  for (let at = from; !isOver; await systemClock().sleep(followEveryMs)) {
    const { size } = statSync(path)
    // It was begun anew.
    if (size < at) at = 0
    if (size > at) process.stdout.write(read(path, at, size))
    at = size
  }
}

function read(path: string, from: number, to: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.max(0, Math.min(to, fstatSync(file).size) - from))
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
  } finally {
    closeSync(file)
  }
}
