import { type Metadata, type RequestOf, zeroUuid } from '@sluice/wire'
import type { RequestContext } from './handler.ts'

type Request = RequestOf<typeof Metadata>

const nullMeansAllVersionMin = 1
const autoCreationFlagVersionMin = 4
const topicIdVersionMin = 12

export function isAboutAll({ topics }: Request, apiVersion: number): boolean {
  return topics === null || (apiVersion < nullMeansAllVersionMin && topics.length === 0)
}

/** Ids and names do not mix, and ids are for newer versions. */
export function isWellAsked({ topics }: Request, apiVersion: number): boolean {
  if (topics === null) return true
  const byId = topics.some(isById)
  return topics.every(({ name, topicId }) =>
    byId ? apiVersion >= topicIdVersionMin && topicId !== zeroUuid : name !== null,
  )
}

export function isById({ topicId }: { readonly topicId: string }): boolean {
  return topicId !== zeroUuid
}

/** Whether topics that it names and that are not there are made. */
export function createsTopics(request: Request, { broker, apiVersion }: RequestContext): boolean {
  const mayCreate = apiVersion < autoCreationFlagVersionMin || request.allowAutoTopicCreation
  return mayCreate && broker.config.boolean('auto.create.topics.enable')
}
