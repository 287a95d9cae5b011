import { MemoryDisk, MemoryProcesses } from '@sluice/effects'
import { expect, it } from 'vitest'
import { abandonNodes } from './abandoned-nodes.ts'
import { noteFile, noteText } from './fleet/processes/node-process-note.ts'

it('ends the nodes whose notes are gone, and leaves those that the next service finds', async () => {
  const disk = new MemoryDisk()
  const processes = new MemoryProcesses()
  const brokers = await Promise.all(
    [1, 2, 3].map(async (id) => {
      const { pid } = await processes.spawn('java', [], { outputFile: '/dev/null' })
      const local = { pid, directory: `/data/clusters/one/broker-${id}/volume-1` }
      return { role: 'broker' as const, id, listeners: [], local }
    }),
  )
  const inline = { role: 'controller' as const, id: 4, listeners: [] }
  const quorum = [{ ...inline, local: { pid: processes.pid, directory: '/data/clusters/one/controller' } }]
  const [gone, found, another] = brokers.map(({ local }) => local.pid)
  const note = (pid: number | null) =>
    noteText({
      formatVersion: 1,
      state: 'running',
      marker: 'm',
      pid,
      startedAt: null,
      fingerprint: '',
      facts: {},
      logBytesBefore: 0,
      failure: null,
    })
  for (const name of ['broker-2', 'broker-3']) disk.mkdirSync(`/data/clusters/one/${name}`)
  disk.writeFileAtomicSync(noteFile('/data/clusters/one/broker-2'), note(found ?? null))
  // Of the same name, in a directory that is another's by now.
  disk.writeFileAtomicSync(noteFile('/data/clusters/one/broker-3'), note(7))
  expect(abandonNodes({ disk, processes }, [{ name: 'one', brokers, quorum }])).toEqual([
    `Its nodes were ended with it: broker 1 of one (pid ${gone}), broker 3 of one (pid ${another}).`,
    `Nodes still run that the next service there finds: broker 2 of one (pid ${found}).`,
  ])
  expect(processes.running.map(({ pid }) => pid)).toEqual([found])
})
