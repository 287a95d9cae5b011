import { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../testing/test-service.ts'
import { TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('tags', () => {
  it('are added, listed and removed', async () => {
    const ResourceArn = await clusters.createFrom(provisioned('orders'))
    const tagged = await clusters.client.send(
      new TagResourceCommand({ ResourceArn, Tags: { a: '1', b: '2', c: '3' } }),
    )
    expect(tagged.$metadata.httpStatusCode).toBe(204)
    await clusters.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a', 'b'] }))
    const { Tags } = await clusters.client.send(new ListTagsForResourceCommand({ ResourceArn }))
    expect(Tags).toEqual({ c: '3' })
  })

  it('have values of at most 255 characters, whatever they are for', async () => {
    const ResourceArn = await clusters.createFrom(provisioned('orders'))
    const tag = (key: string, value: string) =>
      clusters.client.send(new TagResourceCommand({ ResourceArn, Tags: { [key]: value } }))
    await tag('long', 'ä'.repeat(255))
    await expect(tag('long', 'x'.repeat(256))).rejects.toMatchObject({
      name: 'BadRequestException',
      InvalidParameter: 'tags',
    })
    const property = { 'sluice:set:ssl.principal.mapping.rules': 'x'.repeat(256) }
    await expect(clusters.createFrom({ ...provisioned('other'), Tags: property })).rejects.toMatchObject({
      InvalidParameter: 'tags',
    })
  })

  it('choose the engine at creation, and stay as they are', async () => {
    const tags = { 'sluice:engine': 'apache-kafka' }
    const ResourceArn = await clusters.createFrom({ ...provisioned('orders'), Tags: tags })
    expect([clusters.service.engine.running, clusters.service.replicating.running]).toEqual([0, 3])
    expect((await clusters.info(ResourceArn))?.StateInfo).toBeUndefined()
    for (const call of [
      clusters.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['sluice:engine'] })),
      clusters.client.send(new TagResourceCommand({ ResourceArn, Tags: { 'sluice:engine': 'embedded' } })),
    ])
      await expect(call).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'tags' })
  })

  it('choose the hosting at creation, and stay as they are', async () => {
    const tags = { 'sluice:hosting': 'process' }
    const ResourceArn = await clusters.createFrom({ ...provisioned('orders'), Tags: tags })
    const { fleet, engine } = clusters.service
    expect(fleet.status().map(({ hosting }) => hosting)).toEqual(['process'])
    expect(engine.hosted).toEqual(['process'])
    for (const call of [
      clusters.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['sluice:hosting'] })),
      clusters.client.send(new TagResourceCommand({ ResourceArn, Tags: { 'sluice:hosting': 'inline' } })),
    ])
      await expect(call).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'tags' })
  })

  it('that set broker properties stay as they are', async () => {
    const tags = { 'sluice:set:num.partitions': '4' }
    const ResourceArn = await clusters.createFrom({ ...provisioned('orders'), Tags: tags })
    await expect(
      clusters.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: Object.keys(tags) })),
    ).rejects.toMatchObject({ name: 'BadRequestException' })
    await expect(
      clusters.client.send(
        new TagResourceCommand({ ResourceArn, Tags: { 'sluice:set:num.partitions': '5' } }),
      ),
    ).rejects.toMatchObject({ name: 'BadRequestException' })
  })
})
