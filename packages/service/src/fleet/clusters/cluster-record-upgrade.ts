import { ListenerName } from '../engines/engine.ts'
import type { RawRecord } from '../record-store.ts'
import type { ClusterRecord } from './cluster-record.ts'

/** A record of an earlier format in today's; others as they are. Each step goes one format up. */
export function upgradedRecord(record: RawRecord): RawRecord {
  return record.formatVersion === 1
    ? fromSecond(fromFirst(record as unknown as FirstFormat))
    : record.formatVersion === 2
      ? fromSecond(record)
      : record
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
  return { ...rest, formatVersion: 3 satisfies ClusterRecord['formatVersion'], changes: operations }
}
