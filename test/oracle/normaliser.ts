import { batchesIn, RecordBatch, zeroUuid } from '@sluice/wire'

/** Fields whose numbers are chance, and what stands for them. */
const numbers: Record<string, string> = {
  port: '<port>',
  producerId: '<producer id>',
  // Any broker that is alive, which passes on what the controller is asked.
  controllerId: '<controller id>',
  totalBytes: '<bytes>',
  usableBytes: '<bytes>',
  // Offsets in the metadata log.
  finalizedFeaturesEpoch: '<epoch>',
}

/** Lists whose order says nothing; ACLs, and the quotas that a filter finds, come in that of a hash table, which goes by the Java too. */
const sets = [
  ...['isrNodes', 'eligibleLeaderReplicas', 'lastKnownElr', 'offlineReplicas'],
  ...['resources', 'acls', 'matchingAcls'],
  'entries',
]

const nameFields = ['name', 'groupId', 'topic', 'topicName', 'key', 'resourceName']
const textBytesMax = 200
/** From 2020 to 2100: nothing else in an answer is as large as a time of day. */
const timesMs = { from: 1_577_836_800_000, to: 4_102_444_800_000 }

/**
 * Makes the answers of two runs of one test comparable: what is chance (ids, ports, times, the names that tests
 * make up) gets a placeholder, the same one wherever it comes again. What other tests have left in the broker is
 * left out.
 */
export class Normaliser {
  readonly #names = new Map<string, string>()
  readonly #ids = new Map<string, string>()

  constructor(fileNames: readonly string[], testNames: readonly string[]) {
    for (const [kind, names] of Object.entries({ shared: fileNames, own: testNames }))
      for (const [at, name] of names.entries()) this.#names.set(name, `<${prefixOf(name)} ${kind} ${at + 1}>`)
  }

  answer(request: unknown, response: unknown): unknown {
    return this.#value(response, '', textsIn(request))
  }

  #value(value: unknown, field: string, asked: ReadonlySet<string>): unknown {
    if (typeof value === 'number') return number(value, field)
    // JSON knows none.
    if (typeof value === 'bigint') return `int64 ${value}`
    if (typeof value === 'string') return this.#text(value, field)
    // Of a delegation token: another one each time.
    if (Buffer.isBuffer(value) && field === 'hmac') return `<${value.length} bytes>`
    if (Buffer.isBuffer(value)) return field === 'records' ? batches(value) : this.#bytes(value)
    if (Array.isArray(value)) {
      const elements = value
        .filter((element) => this.#isOfThisTest(element, asked))
        .map((element) => this.#value(element, field, asked))
      return sets.includes(field) ? elements.toSorted(byText) : elements
    }
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, this.#value(part, name, asked)]),
    )
  }

  #isOfThisTest(element: unknown, asked: ReadonlySet<string>): boolean {
    if (element === null || typeof element !== 'object') return true
    const fields = element as Record<string, unknown>
    return nameFields.every((field) => {
      const name = fields[field]
      if (typeof name !== 'string') return true
      // A group may have no name, and tests commit to it.
      const isOfTests = isMadeUp(name) || (field === 'groupId' && name === '')
      return asked.has(name) || this.#names.has(name) || !isOfTests
    })
  }

  #bytes(bytes: Buffer): unknown {
    const text = bytes.toString('utf8')
    const isText = Buffer.from(text).equals(bytes)
    return this.#text(isText ? text : bytes.toString('latin1'), '').slice(0, textBytesMax)
  }

  #text(text: string, field: string): string {
    if (text === zeroUuid) return '<no id>'
    if (uuidFields.test(field) && /^[\w-]{22}$/.test(text)) return this.#id(text)
    return (
      text
        .replaceAll(uniquePattern, (name) => this.#names.get(name) ?? `<${prefixOf(name)}>`)
        .replaceAll(uuidPattern, (id) => this.#id(id))
        .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:<port>')
        .replaceAll(/(\/[^\s/,:]+)*\/sluice-contract-[^\s,:]*/g, '<directory>')
        .replaceAll(/\b[12]\d{12}\b/g, '<time>')
        // What fills up a name to a length.
        .replaceAll(/(.)\1{19,}/g, '$1…')
    )
  }

  #id(id: string): string {
    let placeholder = this.#ids.get(id)
    if (!placeholder) this.#ids.set(id, (placeholder = `<id ${this.#ids.size + 1}>`))
    return placeholder
  }
}

function byText(one: unknown, other: unknown): number {
  const [text, otherText] = [JSON.stringify(one), JSON.stringify(other)]
  if (text === otherText) return 0
  return text < otherText ? -1 : 1
}

/** What `uniqueName` of the tests makes, anywhere in a text. */
const uniquePattern = /[A-Za-z0-9._-]*?-\d+-[a-z0-9]{8}-\d+/g
const uuidPattern = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g
const uuidFields = /(Id|directory)$/i

/** Names that other tests have made up, and topics that the broker makes for itself. */
function isMadeUp(name: string): boolean {
  return name.startsWith('__') || name.search(uniquePattern) >= 0 || name.search(uuidPattern) >= 0
}

function textsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') found.add(value)
  else if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value))
    for (const part of Object.values(value)) textsIn(part, found)
  return found
}

function prefixOf(name: string): string {
  return name.replace(/-\d+-[a-z0-9]{8}-\d+$/, '')
}

function number(value: number, field: string): unknown {
  if (value >= timesMs.from && value < timesMs.to) return '<time>'
  if (value >= 0 && field in numbers) return numbers[field]
  return field === 'sessionId' && value > 0 ? '<session>' : value
}

/** Records as the headers of their batches: times and checksums differ in every run. */
function batches(bytes: Buffer): unknown {
  const found = []
  let end = 0
  for (const { at } of batchesIn(bytes)) {
    end = at + RecordBatch.sizeInBytes(bytes, at)
    found.push({
      baseOffset: RecordBatch.baseOffset(bytes, at),
      // Compressors differ in how small they make the same records.
      sizeInBytes: RecordBatch.codec(bytes, at) === 0 ? RecordBatch.sizeInBytes(bytes, at) : '<compressed>',
      partitionLeaderEpoch: RecordBatch.partitionLeaderEpoch(bytes, at),
      attributes: RecordBatch.attributes(bytes, at),
      lastOffsetDelta: RecordBatch.lastOffsetDelta(bytes, at),
      producerEpoch: RecordBatch.producerEpoch(bytes, at),
      baseSequence: RecordBatch.baseSequence(bytes, at),
      count: RecordBatch.count(bytes, at),
    })
  }
  return { batches: found, bytesOfUnfinishedBatch: bytes.length - end }
}
