import { lineLogger, MemoryDisk, MemoryProcesses, seededRandom, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { type NodeCommand, NodeProcess } from './node-process.ts'

const directory = '/clusters/demo/broker-1'
const command: NodeCommand = {
  command: 'java',
  args: ['-cp', 'x.jar', 'kafka.Kafka'],
  fingerprint: 'abc',
  facts: { port: 9092 },
}

let clock: TestClock
let disk: MemoryDisk
let processes: MemoryProcesses
let failures: string[]
let logged: string[]
let node: NodeProcess

beforeEach(() => {
  clock = new TestClock()
  disk = new MemoryDisk()
  processes = new MemoryProcesses()
  failures = []
  logged = []
  node = open()
})

function open(on = processes): NodeProcess {
  const logger = lineLogger((line) => logged.push(line), 'info', clock.now.bind(clock))
  return NodeProcess.open({
    directory,
    name: 'broker 1 of demo',
    effects: { clock, disk, processes: on, random: seededRandom(1), logger },
    onFailure: (sentence) => failures.push(sentence),
  })
}

/** What a service finds that is started after this one was killed. */
function openLater(): NodeProcess {
  node.close()
  return open(processes.laterProcess())
}

const child = (at = 0) => {
  const process = processes.spawned[at]
  if (!process) throw new Error(`process ${at} was not spawned`)
  return process
}
const note = () => JSON.parse(disk.readFileSync(`${directory}/process.json`).toString())
const logs = (name: string, text: string) => disk.writeFileAtomicSync(`${directory}/logs/${name}`, text)
const settled = () => clock.advance(0)

describe('a start', () => {
  it('spawns the command with a marker first, and notes what runs', async () => {
    expect(node.state).toBe('stopped')
    await node.start({ ...command, environment: { LANG: 'C' } })
    expect(child().command).toBe('java')
    expect(child().args[0]).toMatch(/^-Dsluice\.node=[0-9a-f-]{36}$/)
    expect(child().args.slice(-3)).toEqual(command.args)
    expect(child().options).toMatchObject({
      outputFile: `${directory}/logs/console.log`,
      directory,
      environment: { LANG: 'C' },
    })
    expect(node).toMatchObject({
      state: 'running',
      pid: child().pid,
      fingerprint: 'abc',
      facts: { port: 9092 },
    })
    expect(note()).toMatchObject({ state: 'running', pid: child().pid, startedAt: child().startedAt })
  })

  it('notes the intention before anything is spawned', async () => {
    let intention: unknown
    processes.onSpawn = () => {
      intention = note()
    }
    await node.start(command)
    expect(intention).toMatchObject({ state: 'starting', pid: null, fingerprint: 'abc' })
    expect(child().args[0]).toBe(`-Dsluice.node=${(intention as { marker: string }).marker}`)
  })

  it('that the system refuses leaves nothing, and may be tried again', async () => {
    processes.onSpawn = () => {
      throw Object.assign(new Error('spawn java ENOENT'), { code: 'ENOENT', syscall: 'spawn' })
    }
    await expect(node.start(command)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(node).toMatchObject({ state: 'stopped', pid: null, fingerprint: null })
    expect(openLater().state).toBe('stopped')
    processes.onSpawn = () => {}
    node = open()
    await node.start(command)
    expect(node.state).toBe('running')
    expect(failures).toEqual([])
  })

  it('that cannot be noted before spawns nothing', async () => {
    disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(node.start(command)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(processes.spawned).toEqual([])
    expect(node.state).toBe('stopped')
  })

  it('that cannot be noted after is taken back', async () => {
    processes.onSpawn = () => disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(node.start(command)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(child().signals).toEqual(['SIGKILL'])
    expect(node.state).toBe('stopped')
    expect(failures).toEqual([])
  })

  it('is a bug while the process runs', async () => {
    await node.start(command)
    expect(() => node.start(command)).toThrow('broker 1 of demo is started a second time')
  })

  it('sets the console of the process before aside, once', async () => {
    await node.start(command)
    logs('console.log', 'first')
    await node.stop({ graceMs: 1000 })
    await node.start(command)
    expect(disk.existsSync(`${directory}/logs/console.log`)).toBe(false)
    expect(disk.readFileSync(`${directory}/logs/console.log.1`).toString()).toBe('first')
  })
})

describe('an end that nobody asked for', () => {
  it('is a failure with the telling lines of the log, and is kept', async () => {
    await node.start(command)
    const ended = node.whenEnded()
    logs(
      'server.log',
      '[2026-01-01 00:00:00,000] ERROR Exiting (kafka.Kafka$)\njava.lang.IllegalStateException: no disk\n',
    )
    child().end({ code: 1 })
    const sentence =
      'Broker 1 of demo ended by itself with exit code 1. Its log says: ERROR Exiting (kafka.Kafka$) | java.lang.IllegalStateException: no disk'
    expect(await ended).toBe(sentence)
    expect(failures).toEqual([sentence])
    expect(node).toMatchObject({ state: 'failed', failure: sentence, pid: child().pid, fingerprint: 'abc' })
    expect(await node.whenEnded()).toBe(sentence)
    await settled()
    expect(openLater()).toMatchObject({ state: 'failed', failure: sentence, facts: { port: 9092 } })
    expect(failures).toHaveLength(1)
  })

  it.each([
    [{ signal: 'SIGKILL' }, 'Broker 1 of demo was ended by SIGKILL.'],
    [{ code: 143 }, 'Broker 1 of demo was ended by SIGTERM.'],
  ] as const)('by a signal names the signal: %o', async (status, sentence) => {
    await node.start(command)
    logs('server.log', '[2026-01-01 00:00:00,000] INFO serving (kafka.Kafka$)\n')
    child().end(status)
    await settled()
    expect(failures).toEqual([sentence])
  })

  it('does not blame what an earlier process logged', async () => {
    await node.start(command)
    logs('server.log', '[2026-01-01 00:00:00,000] ERROR long ago (kafka.Kafka$)\n')
    await node.stop({ graceMs: 1000 })
    await node.start(command)
    child(1).end({ code: 1 })
    await settled()
    expect(failures).toEqual(['Broker 1 of demo ended by itself with exit code 1. Its log is empty.'])
  })

  it('may be followed by a start, which forgets the failure', async () => {
    await node.start(command)
    child().end({ code: 1 })
    await settled()
    await node.start({ ...command, fingerprint: 'def' })
    expect(node).toMatchObject({ state: 'running', failure: null, fingerprint: 'def', pid: child(1).pid })
  })

  it('may be followed by a stop, which forgets the failure', async () => {
    await node.start(command)
    child().end({ code: 1 })
    await settled()
    expect(await node.stop({ graceMs: 1000 })).toBe('clean')
    expect(node).toMatchObject({ state: 'stopped', failure: null, pid: null })
    expect(openLater().state).toBe('stopped')
  })

  it('is noticed although it cannot be noted', async () => {
    await node.start(command)
    disk.failNext('writeFileAtomic', 'ENOSPC')
    child().end({ code: 1 })
    await settled()
    expect(node.state).toBe('failed')
    expect(failures).toHaveLength(1)
    expect(logged.join('\n')).toContain('process.json cannot be written')
  })

  it('right after the spawn is noticed by whoever waits for the node to be ready', async () => {
    processes.onSpawn = (process) => process.end({ code: 1 })
    await node.start(command)
    expect(await node.whenEnded()).toContain('exit code 1')
    expect(node.state).toBe('failed')
    await settled()
    expect(note()).toMatchObject({ state: 'failed' })
  })
})

describe('a stop', () => {
  it('is a SIGTERM, and waits for the end', async () => {
    processes.onSpawn = (process) => {
      process.ignoresSigterm = true
    }
    await node.start(command)
    const ended = node.whenEnded()
    let done = ''
    const stopping = node.stop({ graceMs: 60_000 }).then((how) => {
      done = how
    })
    await clock.advance(30_000)
    expect(child().signals).toEqual(['SIGTERM'])
    expect(done).toBe('')
    expect(note()).toMatchObject({ state: 'stopping' })
    child().end({ code: 143 })
    await stopping
    expect(done).toBe('clean')
    expect(node).toMatchObject({ state: 'stopped', pid: null, failure: null })
    expect(note()).toMatchObject({ state: 'stopped' })
    expect(await ended).toBe('Broker 1 of demo was stopped.')
    expect(failures).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('becomes a SIGKILL when the grace is over', async () => {
    processes.onSpawn = (process) => {
      process.ignoresSigterm = true
    }
    await node.start(command)
    const stopping = node.stop({ graceMs: 60_000 })
    await clock.advance(60_000)
    expect(await stopping).toBe('killed')
    expect(child().signals).toEqual(['SIGTERM', 'SIGKILL'])
    expect(failures).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('twice is one stop, under the shorter grace', async () => {
    processes.onSpawn = (process) => {
      process.ignoresSigterm = true
    }
    await node.start(command)
    const both = Promise.all([node.stop({ graceMs: 60_000 }), node.stop({ graceMs: 100 })])
    await clock.advance(100)
    expect(await both).toEqual(['killed', 'killed'])
    expect(child().signals).toEqual(['SIGTERM', 'SIGKILL'])
  })

  it('may be overtaken by a kill', async () => {
    processes.onSpawn = (process) => {
      process.ignoresSigterm = true
    }
    await node.start(command)
    const stopping = node.stop({ graceMs: 60_000 })
    await node.kill()
    expect(await stopping).toBe('killed')
    expect(node.state).toBe('stopped')
  })

  it('during a start waits for it, and then stops what was started', async () => {
    const starting = node.start(command)
    const stopping = node.stop({ graceMs: 1000 })
    await starting
    expect(await stopping).toBe('clean')
    expect(child().signals).toEqual(['SIGTERM'])
    expect(node.state).toBe('stopped')
  })

  it('of what does not run is nothing', async () => {
    expect(await node.stop({ graceMs: 1000 })).toBe('clean')
    await node.kill()
    expect(await node.whenEnded()).toBe('Broker 1 of demo does not run.')
    expect(disk.existsSync(directory)).toBe(false)
  })
})

describe('a later service', () => {
  it('takes over what runs, and notices its end', async () => {
    await node.start(command)
    const later = openLater()
    expect(later).toMatchObject({
      state: 'running',
      pid: child().pid,
      fingerprint: 'abc',
      facts: { port: 9092 },
    })
    logs('server.log', '[2026-01-01 00:00:00,000] ERROR Disk is gone (kafka.Kafka$)\n')
    const ended = later.whenEnded()
    child().end({ code: 1 })
    await clock.advance(250)
    const sentence = 'Broker 1 of demo ended by itself. Its log says: ERROR Disk is gone (kafka.Kafka$)'
    expect(await ended).toBe(sentence)
    expect(failures).toEqual([sentence])
    expect(clock.pending).toBe(0)
  })

  it('stops what it took over', async () => {
    await node.start(command)
    const later = openLater()
    const stopping = later.stop({ graceMs: 60_000 })
    await clock.advance(50)
    expect(await stopping).toBe('clean')
    expect(child().signals).toEqual(['SIGTERM'])
    expect(failures).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('kills what it took over', async () => {
    await node.start(command)
    const later = openLater()
    const killing = later.kill()
    await clock.advance(50)
    await killing
    expect(child().signals).toEqual(['SIGKILL'])
    expect(later.state).toBe('stopped')
  })

  it('tells what died unseen', async () => {
    await node.start(command)
    node.close()
    child().end({ code: 1 })
    const later = openLater()
    expect(later.state).toBe('failed')
    expect(later.failure).toBe('Broker 1 of demo ended while no service watched it. Its log is empty.')
    expect(failures).toEqual([])
  })

  it('takes the end of a stop that was under way for what it was', async () => {
    processes.onSpawn = (process) => {
      process.ignoresSigterm = true
    }
    await node.start(command)
    void node.stop({ graceMs: 60_000 })
    await settled()
    node.close()
    child().end({ code: 143 })
    expect(openLater().state).toBe('stopped')
  })

  it('never signals a stranger that has the pid now', async () => {
    await node.start(command)
    node.close()
    child().end({ code: 0 })
    const stranger = processes.reusePid(child().pid)
    const later = openLater()
    expect(later.state).toBe('failed')
    await later.stop({ graceMs: 0 })
    await later.kill()
    expect(stranger.signals).toEqual([])
  })

  it('does not signal a stranger that took the pid while it watched', async () => {
    await node.start(command)
    const later = openLater()
    child().end({ code: 0 })
    const stranger = processes.reusePid(child().pid)
    const stopping = later.stop({ graceMs: 0 })
    await clock.advance(50)
    await stopping
    expect(stranger.signals).toEqual([])
  })

  it('finds a child whose pid was never noted by its marker', async () => {
    disk.mkdirSync('/before')
    processes.onSpawn = () => {
      // The service is killed here.
      disk.writeFileAtomicSync('/before/process.json', disk.readFileSync(`${directory}/process.json`))
    }
    await node.start(command)
    disk.writeFileAtomicSync(`${directory}/process.json`, disk.readFileSync('/before/process.json'))
    expect(note()).toMatchObject({ state: 'starting', pid: null })
    const later = openLater()
    expect(later).toMatchObject({ state: 'running', pid: child().pid, fingerprint: 'abc' })
    await settled()
    expect(note()).toMatchObject({ state: 'running', pid: child().pid, startedAt: child().startedAt })
  })

  it('finds nothing where the service was killed before the spawn', async () => {
    await node.start(command)
    const intention = { ...note(), state: 'starting', pid: null, startedAt: null, marker: 'never-spawned' }
    disk.writeFileAtomicSync(`${directory}/process.json`, JSON.stringify(intention))
    expect(openLater()).toMatchObject({ state: 'stopped', pid: null })
  })

  it.each(['not JSON', '{}', '{"formatVersion":2}'])(
    'refuses a note that it cannot understand: %s',
    (text) => {
      disk.mkdirSync(directory)
      disk.writeFileAtomicSync(`${directory}/process.json`, text)
      expect(() => open()).toThrow(expect.objectContaining({ code: 'PROCESS_NOTE_INVALID' }))
    },
  )

  it('never takes 0 or less for a pid', async () => {
    await node.start(command)
    disk.writeFileAtomicSync(`${directory}/process.json`, JSON.stringify({ ...note(), pid: -1 }))
    expect(() => openLater()).toThrow(expect.objectContaining({ code: 'PROCESS_NOTE_INVALID' }))
  })
})

describe('a close', () => {
  it('lets the process live and leaves no timer', async () => {
    await node.start(command)
    const later = openLater()
    later.close()
    expect(clock.pending).toBe(0)
    child().end({ code: 1 })
    await clock.advance(1000)
    expect(child().signals).toEqual([])
    expect(failures).toEqual([])
  })
})
