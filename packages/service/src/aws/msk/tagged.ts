import { taggedChannelOf } from './channels.ts'
import { clusterOf } from './operation.ts'
import { stored } from './refusal.ts'
import { replicatorOf } from './replicators.ts'
import type { Services } from './services.ts'
import { keepOwnTags } from './tags.ts'
import { vpcConnectionOf } from './vpc-connections.ts'

/** What has tags. */
interface Tagged {
  tags: Readonly<Record<string, string>>
  setTags: (tags: Record<string, string>) => void
}

export type TaggedServices = Pick<Services, 'channels' | 'clusters' | 'replicators' | 'vpcConnections'>

/** The resource with tags that an ARN names, or the exception of the model. */
export function taggedOf(services: TaggedServices, arn: string | undefined): Tagged {
  const { tags, setTags } = resourceOf(services, arn)
  return { tags, setTags: (wanted) => stored('The tags', () => setTags(wanted)) }
}

const parameter = 'resourceArn'

function resourceOf(services: TaggedServices, arn: string | undefined): Tagged {
  const { channels, clusters, replicators, vpcConnections } = services
  switch (/^arn:[^:]*:kafka:[^:]*:[^:]*:([^:/]+)\//.exec(arn ?? '')?.[1]) {
    case 'channel': {
      const record = taggedChannelOf(services, arn, parameter)
      return { tags: record.tags, setTags: (tags) => channels.update(record, { tags }) }
    }
    case 'replicator': {
      const record = replicatorOf(services, arn, parameter)
      return { tags: record.tags, setTags: (tags) => replicators.update(record, { tags }) }
    }
    case 'vpc-connection': {
      const record = vpcConnectionOf(services, arn, parameter)
      return { tags: record.tags, setTags: (tags) => vpcConnections.update(record, { tags }) }
    }
    default: {
      const record = clusterOf(services, arn, parameter)
      const setTags = (tags: Record<string, string>) => {
        keepOwnTags(record.tags, tags)
        clusters.setTags(record, tags)
      }
      return { tags: record.tags, setTags }
    }
  }
}
