import { staticProperties } from '../broker-properties.ts'
import type { ClusterRecord, PortRecord } from '../cluster-record.ts'
import type { EnginePlan } from '../engines/engine.ts'
import { codeOf } from '../operating-error.ts'
import { controllerNodeId } from './allocate-ports.ts'
import type { Step } from './step.ts'

/** Volumes, quorum and brokers: the engine makes what is missing and starts on what is there. */
export const startEngine: Step = async (uuid, { store, runtime, engine, settings, trigger }) => {
  const record = store.get(uuid)
  if (!record || runtime.running) return
  const plan = enginePlan(record, store.directory(uuid), settings.host)
  runtime.failure = null
  try {
    runtime.running = await engine.start(plan, (failure) => {
      runtime.failure = failure
      trigger()
    })
  } catch (error) {
    // Somebody took the port between the look and the start: look again.
    if (codeOf(error) === 'EADDRINUSE') runtime.portsChecked = false
    throw error
  }
}

export function enginePlan(record: ClusterRecord, directory: string, host: string): EnginePlan {
  const port = (nodeId: number, listener: PortRecord['listener']) =>
    record.ports.find((entry) => entry.nodeId === nodeId && entry.listener === listener)?.port ?? 0
  return {
    directory,
    controller: { nodeId: controllerNodeId, host, port: port(controllerNodeId, 'CONTROLLER') },
    brokers: record.nodes.map(({ nodeId, zone }) => ({
      nodeId,
      rack: record.spec.brokerNodeGroup.ZoneIds?.[zone] ?? null,
      listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: port(nodeId, 'CLIENT') }],
    })),
    properties: staticProperties(record.spec.brokerProperties),
  }
}
