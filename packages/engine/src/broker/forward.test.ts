import { CreateTopics } from '@sluice/wire'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openToAll } from '../authorizer/permissions.ts'
import { controllerRequests } from '../controller/requests.ts'
import { TestController } from '../controller/testing/test-controller.ts'
import { forwarded } from './forward.ts'
import type { RequestContext } from './handler.ts'

let controller: TestController
afterEach(() => controller.close())

describe('a forwarded request', () => {
  it('tells the controller who asks', async () => {
    controller = await new TestController().open()
    const decide = vi.spyOn(controllerRequests.get(CreateTopics.apiKey) ?? expect.fail(), 'decide')
    const context = {
      apiVersion: 7,
      asker: { principal: 'User:alice', clientId: 'app' },
      session: { permissions: openToAll.permissionsOf('', '') },
      broker: { controller: controller.channel },
    } as unknown as RequestContext
    const request = { topics: [], timeoutMs: 1_000, validateOnly: false }
    await forwarded(CreateTopics).handle?.(request as never, context)
    expect(decide.mock.lastCall?.[2]).toMatchObject({
      principal: 'User:alice',
      clientId: 'app',
      version: 7,
    })
  })
})
