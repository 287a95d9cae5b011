import type { ClusterRecord } from './cluster-record.ts'

interface FirstFormat {
  formatVersion: 1
  spec: object
  nodes?: { nodeId: number }[]
  ports?: { nodeId: number; listener: 'CLIENT' | 'CONTROLLER' }[]
}

/** A record of format 1 (one embedded broker and its controller, no operations) in today's format; others as they are. */
export function upgradedRecord(
  record: Partial<ClusterRecord> | FirstFormat | null,
): Partial<ClusterRecord> | null {
  if (record?.formatVersion !== 1) return record as Partial<ClusterRecord> | null
  const { nodes = [], ports = [], spec, ...rest } = record as FirstFormat
  return {
    ...rest,
    formatVersion: 2,
    engine: 'embedded',
    spec: { configuration: null, ...spec },
    // The controller, which had no entry, is allocated anew with its old port.
    nodes: nodes.map((node) => ({ ...node, role: 'broker', generation: 0 })),
    ports: ports.map((port) => ({ ...port, role: port.listener === 'CONTROLLER' ? 'controller' : 'broker' })),
    operations: [],
  } as unknown as Partial<ClusterRecord>
}
