import { describe, expect, it } from 'vitest'
import { MemoryProcesses } from './processes-memory.ts'

const options = { outputFile: '/console.log' }

describe('processes in memory', () => {
  it('run until they are told to end, and are seen by a later process', async () => {
    const processes = new MemoryProcesses()
    const child = await processes.spawn('java', ['-Dmarker=1', 'Main'], options)
    const later = processes.laterProcess()
    expect(later.isRunning(child.pid)).toBe(true)
    expect(later.findByArgument('-Dmarker=1')).toEqual([child.pid])
    expect(later.startedAt(child.pid)).toBe(processes.startedAt(child.pid))
    processes.spawned[0]?.end({ code: 1 })
    expect(await child.ended).toEqual({ code: 1, signal: null })
    expect(later.isRunning(child.pid)).toBe(false)
    expect(later.findByArgument('-Dmarker=1')).toEqual([])
    expect(() => later.signal(child.pid, 'SIGTERM')).toThrow(expect.objectContaining({ code: 'ESRCH' }))
  })

  it('may ignore SIGTERM, never SIGKILL', async () => {
    const processes = new MemoryProcesses()
    processes.onSpawn = (process) => void (process.ignoresSigterm = true)
    const child = await processes.spawn('java', [], options)
    processes.signal(child.pid, 'SIGTERM')
    expect(processes.isRunning(child.pid)).toBe(true)
    processes.signal(child.pid, 'SIGKILL')
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('leave nothing where the start fails, and their ids may be given again', async () => {
    const processes = new MemoryProcesses()
    processes.onSpawn = () => {
      throw Object.assign(new Error('spawn java: ENOENT'), { code: 'ENOENT' })
    }
    await expect(processes.spawn('java', [], options)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(processes.spawned).toEqual([])
    processes.onSpawn = () => {}
    const { pid } = await processes.spawn('java', [], options)
    const startedAt = processes.startedAt(pid)
    processes.signal(pid, 'SIGKILL')
    processes.reusePid(pid)
    expect(processes.isRunning(pid)).toBe(true)
    expect(processes.startedAt(pid)).not.toBe(startedAt)
  })

  it('answer a command as they are told to', async () => {
    const processes = new MemoryProcesses()
    await expect(processes.run('mvn', [])).rejects.toMatchObject({ code: 'ENOENT' })
    processes.onRun = (command, args) => ({ code: 0, signal: null, output: `${command} ${args.join(' ')}\n` })
    const lines: string[] = []
    const done = await processes.run('mvn', ['-B'], { onLine: (line) => lines.push(line) })
    expect(done.output).toBe('mvn -B\n')
    expect(lines).toEqual(['mvn -B'])
  })
})
