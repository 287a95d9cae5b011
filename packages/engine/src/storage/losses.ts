/** What is missing or broken, or not done as asked. Work goes on all the same; whoever cares has to be told. */
export type Loss =
  /**
   * Records that a log had are gone from `offset` on: cut off because they were broken, or missing. `hasOthers`: by the metadata
   * other replicas are in sync, or eligible, so that it is filled again.
   */
  | {
      kind: 'log cut'
      log: string
      offset: number
      records: number
      bytes: number
      keptIn?: string
      hasOthers?: boolean
    }
  /** Records of a log from `offset` on are gone up to `endOffset`, where it goes on. */
  | { kind: 'log has a hole'; log: string; offset: number; endOffset: number }
  /** By the metadata the partition of a log is not on this broker (Kafka's `-stray`). */
  | { kind: 'log put aside'; log: string; directory: string }
  /** By the metadata only this broker has all that was committed, and there is no log: it begins empty. */
  | { kind: 'log missing'; log: string }
  /** `effect` says what the start did without it, as a clause; `problem` what is wrong with it, where it can be read. */
  | { kind: 'file unreadable'; path: string; problem?: string; effect: string }
  /** A dynamic config is kept that no broker can run with, from a build that took it. */
  | { kind: 'config ignored'; name: string; value: string; problem: string }

type LogLoss = Extract<Loss, { log: string }>
type LossOf<Kind extends LogLoss['kind']> = LogLoss & { kind: Kind }

export type TellLoss = (loss: Loss) => void

/** So many are named one by one in a sentence. */
const namedMax = 3

/** What people are told: a sentence a kind, however many there are. */
export function lossSentences(losses: readonly Loss[]): string[] {
  const sentences: string[] = []
  const all = cutOfEachLog(losses)
  const cut = all.filter(({ hasOthers = false }) => !hasOthers)
  if (cut.length > 0) sentences.push(`${counted(cut, 'log')} lost records: ${listed(cut.map(cutText))}.`)
  const refilled = all.filter(({ hasOthers = false }) => hasOthers)
  if (refilled.length > 0)
    sentences.push(
      `${counted(refilled, 'log')} lost records, and ${refilled.length === 1 ? 'is' : 'are'} filled again with what the other replicas have: ${listed(refilled.map(cutText))}.`,
    )
  const holes = losses.flatMap((one) => (one.kind === 'log has a hole' ? [holeText(one)] : []))
  if (holes.length > 0)
    sentences.push(`${counted(holes, 'hole')} in logs, whose records are lost: ${listed(holes)}.`)
  const missing = ofEachLog(losses, 'log missing')
  if (missing.length > 0)
    sentences.push(
      `${counted(missing, 'log')} had vanished, and no other broker is known to have all of ${missing.length === 1 ? 'its' : 'their'} records: ${listed(logsOf(missing))}.`,
    )
  const aside = ofEachLog(losses, 'log put aside')
  if (aside.length > 0)
    sentences.push(
      `${counted(aside, 'log')} of partitions that the metadata does not have there, put aside: ${listed(aside.map(asideText))}.`,
    )
  const files = losses.filter((loss) => loss.kind === 'file unreadable').slice(0, namedMax)
  for (const { path, problem = 'could not be read', effect } of files)
    sentences.push(`${path} ${problem}: ${effect}.`)
  return sentences
}

function ofEachLog<Kind extends LogLoss['kind']>(losses: readonly Loss[], kind: Kind): LossOf<Kind>[] {
  const ofKind = losses.filter((one): one is LossOf<Kind> => one.kind === kind)
  return [...new Map(ofKind.map((loss) => [loss.log, loss])).values()]
}

/** The same of what is lost to nobody, but is otherwise than somebody has asked for. */
export function noticeSentences(losses: readonly Loss[]): string[] {
  const ignored = losses.flatMap((one) => (one.kind === 'config ignored' ? [one] : []))
  const configs = new Set(ignored.map(({ name, value, problem }) => `${name}=${value} (${problem})`))
  if (configs.size === 0) return []
  return [
    `Dynamic configs with which no broker can run are ignored: ${listed([...configs])}. Delete or change them; DescribeConfigs shows what is in force.`,
  ]
}

/** More may be found of one log than at first: then the most counts, of each quantity. */
function cutOfEachLog(losses: readonly Loss[]): LossOf<'log cut'>[] {
  const byLog = new Map<string, LossOf<'log cut'>>()
  for (const loss of losses) {
    if (loss.kind !== 'log cut') continue
    const known = byLog.get(loss.log) ?? loss
    const offset = Math.min(known.offset, loss.offset)
    const records = Math.max(known.records, loss.records)
    byLog.set(loss.log, { ...known, ...loss, offset, records, bytes: Math.max(known.bytes, loss.bytes) })
  }
  return [...byLog.values()]
}

function logsOf(losses: readonly LogLoss[]): string[] {
  return losses.map(({ log }) => log)
}

function cutText({ log, offset, records, bytes, keptIn }: Extract<Loss, { kind: 'log cut' }>): string {
  const what = [
    ...(records > 0 ? [counted(records, 'record')] : []),
    ...(bytes > 0 ? [counted(bytes, 'byte')] : []),
  ]
  if (keptIn !== undefined) what.push(`kept in ${keptIn}`)
  return `${log} from offset ${offset} on${what.length > 0 ? ` (${what.join(', ')})` : ''}`
}

function holeText({ log, offset, endOffset }: Extract<Loss, { kind: 'log has a hole' }>): string {
  return `${log} from offset ${offset} to ${endOffset - 1}`
}

function asideText({ log, directory }: Extract<Loss, { kind: 'log put aside' }>): string {
  return `${log} as ${directory}`
}

function counted(things: number | readonly unknown[], noun: string): string {
  const count = typeof things === 'number' ? things : things.length
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function listed(names: readonly string[]): string {
  const rest = names.length - namedMax
  return rest > 0 ? `${names.slice(0, namedMax).join(', ')} and ${rest} more` : names.join(', ')
}
