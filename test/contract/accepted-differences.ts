import { absent, type AcceptedDifference } from '../oracle/comparison.ts'

const sentences = 'The sentence is for people, and in our own words; the code says the same.'
const moreWords = 'Apache Kafka gives some errors no words; ours says what is wrong.'
const notServed = 'Not served yet.'
const eligibleLeaders =
  'A cluster of Apache Kafka 4.4.0 begins with eligible leader replicas (KIP-966), which turn min.insync.replicas into a dynamic default of the cluster. Embedded brokers do not replicate yet.'

/**
 * Where the embedded engine answers differently from Apache Kafka, and is meant to. One that is no longer met fails
 * the comparison: it has to go.
 */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  { api: 'ApiVersions', path: 'apiKeys[]', embedded: absent, reason: notServed },
  { api: 'ApiVersions', path: 'supportedFeatures[]', embedded: absent, reason: notServed },
  { api: 'ApiVersions', path: 'finalizedFeatures[]', embedded: absent, reason: notServed },
  {
    api: 'ApiVersions',
    path: 'supportedFeatures[name=kraft.version].maxVersion',
    reason: 'An embedded cluster has one controller: its voters never change (KIP-853).',
  },
  {
    api: 'ApiVersions',
    path: 'supportedFeatures[name=metadata.version].minVersion',
    reason: 'Embedded clusters are never older than their engine.',
  },
  {
    api: 'CreateTopics',
    path: 'topics[].configs[name=min.insync.replicas].configSource',
    reason: eligibleLeaders,
  },
  {
    api: 'DescribeConfigs',
    path: 'results[].configs[name=min.insync.replicas].configSource',
    reason: eligibleLeaders,
  },
  { api: 'CreatePartitions', path: 'results[].errorMessage', apacheKafka: null, reason: moreWords },
  { api: 'CreateTopics', path: 'topics[].errorMessage', reason: sentences },
  { api: 'DeleteTopics', path: 'responses[].errorMessage', reason: sentences },
  {
    api: 'DeleteTopics',
    path: 'responses[]',
    apacheKafka: absent,
    reason: 'A topic asked for by name and by id is refused once by Apache Kafka, and for each by ours.',
  },
  {
    api: 'DeleteTopics',
    path: 'responses[].topicId',
    embedded: '<no id>',
    reason: 'The same refusal: Apache Kafka names the topic in full, ours as the request did.',
  },
  { api: 'DescribeCluster', path: 'errorMessage', reason: sentences },
  { api: 'DescribeConfigs', path: 'results[].errorMessage', reason: sentences },
  { api: 'FindCoordinator', path: 'coordinators[].errorMessage', reason: sentences },
  { api: 'IncrementalAlterConfigs', path: 'responses[].errorMessage', reason: sentences },
  {
    api: 'Produce',
    path: 'responses[].partitionResponses[].errorCode',
    embedded: 76,
    apacheKafka: -1,
    reason:
      'Apache Kafka does not expect a codec that does not exist; ours answers UNSUPPORTED_COMPRESSION_TYPE.',
  },
  {
    api: 'Produce',
    path: 'responses[].partitionResponses[].errorCode',
    embedded: 87,
    apacheKafka: -1,
    reason: 'Apache Kafka does not expect data that cannot be decompressed; ours answers INVALID_RECORD.',
  },
  { api: 'Produce', path: 'responses[].partitionResponses[].errorMessage', reason: sentences },
  {
    api: 'Produce',
    path: 'responses[].partitionResponses[].logStartOffset',
    apacheKafka: -1,
    reason: 'Of a refused batch. Apache Kafka leaves it out where it has looked at the frame only.',
  },
  {
    api: 'Produce',
    path: 'responses[].partitionResponses[].recordErrors[]',
    apacheKafka: absent,
    reason: 'Apache Kafka names no record where the records do not fit their count; ours says which.',
  },
  {
    api: 'Produce',
    path: 'responses[].partitionResponses[].recordErrors[].batchIndexErrorMessage',
    reason: sentences,
  },
]
