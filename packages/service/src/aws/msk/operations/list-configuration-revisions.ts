import type {
  ListConfigurationRevisionsRequest,
  ListConfigurationRevisionsResponse,
} from '@aws-sdk/client-kafka'
import { revisionShape } from '../configuration-shapes.ts'
import { configurationOf } from '../operation.ts'
import { page, sortable } from '../pagination.ts'
import type { Services } from '../services.ts'

/** All revisions, the first one first, without their properties. */
export const listConfigurationRevisions =
  (services: Pick<Services, 'configurations'>) =>
  (input: ListConfigurationRevisionsRequest): ListConfigurationRevisionsResponse => {
    const revisions = configurationOf(services, input.Arn).revisions.map((revision, at) =>
      revisionShape(revision, at + 1),
    )
    const { items, nextToken } = page(revisions, ({ Revision = 0 }) => sortable(Revision), input)
    return { Revisions: items, NextToken: nextToken }
  }
