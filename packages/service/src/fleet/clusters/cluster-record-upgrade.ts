import { type Hosting, ListenerName } from '../engines/engine.ts'
import type { RawRecord } from '../record-store.ts'
import type { ClusterRecord } from './cluster-record.ts'

/** A record of an earlier format in today's; others as they are. Each step goes one format up. */
export function upgradedRecord(record: RawRecord): RawRecord {
  switch (record.formatVersion) {
    case 1:
      return fromThird(fromSecond(fromFirst(record as unknown as FirstFormat)))
    case 2:
      return fromThird(fromSecond(record))
    case 3:
      return fromThird(record)
    default:
      return record
  }
}

interface FirstFormat {
  spec: object
  nodes?: { nodeId: number }[]
  ports?: { nodeId: number; listener: ListenerName }[]
}

/** Format 1 knew one embedded broker and its controller, and no changes. */
function fromFirst({ nodes = [], ports = [], spec, ...rest }: FirstFormat): RawRecord {
  return {
    ...rest,
    engine: 'embedded',
    spec: { configuration: null, ...spec },
    // The controller, which had no entry, is allocated anew with its old port.
    nodes: nodes.map((node) => ({ ...node, role: 'broker', generation: 0 })),
    ports: ports.map((port) => ({
      ...port,
      role: port.listener === ListenerName.controller ? 'controller' : 'broker',
    })),
    operations: [],
  }
}

/** Format 2 called the changes of a cluster its operations. */
function fromSecond({ operations, ...rest }: RawRecord): RawRecord {
  return { ...rest, changes: operations }
}

/** Format 3 knew one hosting of each engine. */
function fromThird(record: RawRecord): RawRecord {
  const hosting: Hosting = record.engine === 'embedded' ? 'inline' : 'process'
  return { ...record, formatVersion: 4 satisfies ClusterRecord['formatVersion'], hosting }
}
