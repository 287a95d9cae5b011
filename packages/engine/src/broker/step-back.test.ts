import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController } from '../controller/testing/test-controller.ts'
import type { DiskFailure } from '../storage/node-disk.ts'
import { StepBack } from './step-back.ts'

let controller: TestController
let disk: { failure: DiskFailure | null; isGivenUp: boolean }
let stepBack: StepBack

/** Brokers 1 and 2 have a partition that needs both of them. */
beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2)
  await controller.createTopic({
    name: 'events',
    assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }],
    configs: [{ name: 'min.insync.replicas', value: '2' }],
  })
  disk = { failure: { sinceMs: 0, reason: 'EIO' }, isGivenUp: true }
  stepBack = new StepBack({ brokerId: 1, metadata: controller.image, disk })
})
afterEach(() => controller.close())

describe('a broker whose disk is given up', () => {
  it('steps back where another one is in sync, however often', () => {
    expect(stepBack.isDue).toBe(true)
    stepBack.begins()
    expect(stepBack.isDue).toBe(true)
    disk.isGivenUp = false
    expect(stepBack.isDue).toBe(false)
  })

  it('leaves nothing to one that is eligible and away', async () => {
    await controller.heartbeat(2, { wantFence: true })
    expect(controller.image.topic('events')?.partitions[0]).toMatchObject({
      isr: [1],
      eligibleLeaderReplicas: [2],
    })
    expect(stepBack.isDue).toBe(false)
  })

  it('leaves to one that is eligible what it has, once for each failure', async () => {
    await controller.heartbeat(2, { wantFence: true })
    await controller.heartbeat(2)
    expect(controller.image.topic('events')?.partitions[0]?.isr).toEqual([1])
    expect(stepBack.isDue).toBe(true)
    stepBack.begins()
    expect(stepBack.isDue).toBe(false)
    disk.failure = { sinceMs: 1, reason: 'EIO' }
    expect(stepBack.isDue).toBe(true)
  })
})
