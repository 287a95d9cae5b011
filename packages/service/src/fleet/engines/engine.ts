/**
 * What runs a cluster's brokers. The fleet knows an engine only by this; the embedded Kafka is one, Apache
 * Kafka on the JVM another.
 */
export interface Engine {
  readonly name: string
  /** Broker properties that it takes and that then change nothing. */
  readonly ignoredProperties: ReadonlySet<string>
  /** What is wrong with these static broker properties: unknown names, values out of range. */
  checkProperties(properties: Readonly<Record<string, string>>): PropertyProblem[]
  /**
   * Starts the cluster's nodes on the data that is there, or on none. Rejects with the system's error (a
   * taken port is EADDRINUSE); then nothing of the cluster runs.
   */
  start(plan: EnginePlan, onFailure: (failure: NodeFailure) => void): Promise<EngineCluster>
}

export interface PropertyProblem {
  name: string
  problem: string
}

export interface EnginePlan {
  /** The engine makes `controller/volume-1`, `broker-1/volume-1`, … below it. */
  directory: string
  controller: { nodeId: number; host: string; port: number }
  brokers: { nodeId: number; rack: string | null; listeners: PlannedListener[] }[]
  /** Static broker properties, all levels merged. */
  properties: Record<string, string>
}

export interface PlannedListener {
  name: 'CLIENT'
  protocol: 'PLAINTEXT'
  host: string
  port: number
}

export interface NodeFailure {
  nodeId: number
  /** A sentence. */
  reason: string
}

export interface EngineCluster {
  /** Kafka's id of the cluster. */
  readonly clusterId: string
  readonly brokers: readonly RunningBroker[]
  /** Clean: all that is acknowledged is on disk as Kafka leaves it. */
  stop(): Promise<void>
}

export interface RunningBroker {
  nodeId: number
  pid: number
  directory: string
  listeners: { name: string; host: string; port: number }[]
}
