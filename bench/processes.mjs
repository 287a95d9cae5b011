// Processes that the benchmark starts and measures: none outlives it.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { firstAcknowledgement } from './protocol.mjs'

/** How to stop what runs now. */
const running = new Set()
const stopWithinMs = 120_000
/** What is kept of a process's output, for the error that says why it ended. */
const outputCharacters = 4000

/**
 * Starts a process that listens on `address`. It is ready with its first line of output, or when `isReady`
 * resolves. With a topic this also waits for the first acknowledgement of a record to it and gives the time
 * from the spawn to that.
 */
export async function startProcess({
  name,
  command = process.execPath,
  args,
  address,
  topic,
  isReady,
  env,
  cwd,
}) {
  const spawned = performance.now()
  const child = spawn(command, args, {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Every start of Node would read the certificates that are named there (70 ms for a system's usual list).
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...env },
  })
  let output = ''
  let stopping = false
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output = (output + data).slice(-outputCharacters)
    })
  const exited = new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve(code ?? signal))
    child.once('error', reject)
  })
  const stop = async () => {
    stopping = true
    running.delete(stop)
    child.kill('SIGTERM')
    const killing = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
    await exited.finally(() => clearTimeout(killing))
  }
  running.add(stop)
  // Rejects when the process ends by itself.
  const failed = exited.then((code) => {
    running.delete(stop)
    if (!stopping) throw new Error(`${name ?? args[0]} ended with ${code}: ${output}`)
  })
  failed.catch(() => {})
  const firstLine = new Promise((resolve) => child.stdout.once('data', resolve))
  try {
    const acknowledged = topic
      ? await Promise.race([firstAcknowledgement(address, topic, 300_000), failed])
      : undefined
    await Promise.race([isReady ? isReady() : firstLine, failed])
    return {
      address,
      pid: child.pid,
      firstAckMs: acknowledged && acknowledged - spawned,
      failed,
      output: () => output,
      /** A line on its input. */
      tell: (line) => child.stdin.write(`${line}\n`),
      stop,
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** For whoever is interrupted. */
export async function stopAllProcesses() {
  await Promise.allSettled([...running].map((stop) => stop()))
}

/** Resident memory in MB; undefined where the system does not say. */
export function residentMegabytes(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
  } catch {
    return undefined
  }
}

/**
 * What several processes have resident together, in MB. Pages of files that they map (a runtime and its libraries) are in
 * memory once for all who run the same program: of these only the largest share counts.
 */
export function residentMegabytesOfAll(pids) {
  const files = new Map()
  let kilobytes = 0
  for (const pid of pids) {
    const resident = residentPartsOf(pid)
    if (!resident) continue
    kilobytes += resident.own
    files.set(resident.program, Math.max(files.get(resident.program) ?? 0, resident.file))
  }
  return [...files.values()].reduce((sum, file) => sum + file, kilobytes) / 1024
}

/** In KB: what is the process's own, and what it has of files (proc(5)); undefined where it has ended or the system does not say. */
function residentPartsOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const part = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0)
    return {
      program: readlinkSync(`/proc/${pid}/exe`),
      own: part('RssAnon') + part('RssShmem'),
      file: part('RssFile'),
    }
  } catch {
    return undefined
  }
}

/** The process and all that it has started, at any depth; only the process where the system does not say. */
export function processTree(pid) {
  const parents = new Map()
  try {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const parent = parentOf(name)
      if (parent !== undefined) parents.set(Number(name), parent)
    }
  } catch {
    return [pid]
  }
  const tree = [pid]
  // The list grows while it is walked.
  for (const member of tree) for (const [child, parent] of parents) if (parent === member) tree.push(child)
  return tree
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

/** Of Linux. */
const ticksPerSecond = 100

/** What a process has taken of processors' time. */
export function processorMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return ((Number(user) + Number(system)) * 1_000) / ticksPerSecond
}
