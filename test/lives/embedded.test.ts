import { describe, expect, it } from 'vitest'
import { ensureBuilt } from '../cli/sluice.ts'
import { Life } from './life.ts'
import { Timeline } from './timeline.ts'

describe.each(['inline', 'process'])('a cluster on the embedded engine, hosted %s', (hosting) => {
  it('lives from CreateCluster through reboots, updates and a killed service to DeleteCluster', async () => {
    await ensureBuilt()
    const lines: string[] = []
    const setting = { engine: 'embedded', hosting, kafkaVersion: '4.4.x.kraft' }
    const life = new Life(setting, new Timeline((line) => lines.push(line)))
    try {
      await life.live()
    } catch (error) {
      throw new Error(`${String(error)}\n${lines.join('\n')}`, { cause: error })
    } finally {
      await life.end()
    }
    expect(lines.at(-1)).toContain('Stop the service: done')
  }, 180_000)
})
