import { parentPort } from 'node:worker_threads'
import { type SimulationOptions, simulate } from './simulation.ts'

// A thread that plays what it is told, one after the other.
parentPort?.on('message', (options: SimulationOptions) => {
  // What it rejects with ends the thread, and is told as its error.
  void simulate(options).then((outcome) => parentPort?.postMessage(outcome))
})
