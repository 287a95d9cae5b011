import { absent, type AcceptedDifference } from '../oracle/comparison.ts'

/** Where the embedded engine differs from Apache Kafka 4.4.0 on purpose. docs/differences.md is made from this. */
interface DeliberateDifference {
  what: string
  here: string
  apacheKafka: string
  why: string
  /** KIPs and tickets. */
  see?: string
  /** Where answers show it to the contract tests. A place where it is met no more fails the comparison: it has to go. */
  places?: readonly Omit<AcceptedDifference, 'reason'>[]
}

const errorMessages = [
  ['CreateAcls', 'results[].errorMessage'],
  ['AlterConfigs', 'responses[].errorMessage'],
  ['AddRaftVoter', 'errorMessage'],
  ['AlterClientQuotas', 'entries[].errorMessage'],
  ['AlterPartitionReassignments', 'errorMessage'],
  ['AlterPartitionReassignments', 'responses[].partitions[].errorMessage'],
  ['AlterUserScramCredentials', 'results[].errorMessage'],
  ['CreateTopics', 'topics[].errorMessage'],
  ['DeleteTopics', 'responses[].errorMessage'],
  ['DescribeClientQuotas', 'errorMessage'],
  ['DescribeCluster', 'errorMessage'],
  ['DescribeConfigs', 'results[].errorMessage'],
  ['DescribeProducers', 'topics[].partitions[].errorMessage'],
  ['DescribeQuorum', 'errorMessage'],
  ['ElectLeaders', 'replicaElectionResults[].partitionResult[].errorMessage'],
  ['FindCoordinator', 'coordinators[].errorMessage'],
  ['FindCoordinator', 'errorMessage'],
  ['IncrementalAlterConfigs', 'responses[].errorMessage'],
  ['ListPartitionReassignments', 'errorMessage'],
  ['RemoveRaftVoter', 'errorMessage'],
  ['Produce', 'responses[].partitionResponses[].errorMessage'],
  ['Produce', 'responses[].partitionResponses[].recordErrors[].batchIndexErrorMessage'],
  ['UnregisterBroker', 'errorMessage'],
  ['UpdateFeatures', 'errorMessage'],
  ['UpdateFeatures', 'results[].errorMessage'],
] as const

const producedPartition = 'responses[].partitionResponses[]'

export const deliberateDifferences: readonly DeliberateDifference[] = [
  {
    what: 'APIs, versions and features that are not served yet',
    here: 'ApiVersions does not list them; a request for one closes the connection',
    apacheKafka: 'lists and serves them',
    why: 'A client that sees at once what is missing takes another way or says so (not the share consumer of librdkafka, which looks for its coordinator for ever); README.md has the list.',
    places: ['apiKeys[]', 'supportedFeatures[]', 'finalizedFeatures[]'].map((path) => ({
      api: 'ApiVersions',
      path,
      embedded: absent,
    })),
  },
  {
    what: 'ListTransactions by a pattern of ids',
    here: 'of 255 characters at most; 128 for a longer one',
    apacheKafka: 'as long as a string can be',
    why: 'Anybody may ask, and long ones take their time.',
    see: 'KIP-1152',
  },
  {
    what: 'Regular expressions of consumer groups',
    here: 'at most 1,024 characters, 8,192 with each count of repetitions written out for the whole and 256 for a class of Unicode, and 1,000 instructions once it is compiled; more are refused with 128',
    apacheKafka: 'at most what the key of a record holds',
    why: 'One of 41 characters can take a second for each match, and nobody else is served meanwhile.',
    see: 'KIP-848',
  },
  {
    what: 'Topics of a member of a consumer group',
    here: 'at most 10,000 by name; more are refused with 42',
    apacheKafka: 'as many as a record holds',
    why: 'They are looked at in one go.',
    see: 'KIP-848',
  },
  {
    what: 'A reassignment back to where a partition was, while it is on its way elsewhere',
    here: 'who was to come goes, and that is the end',
    apacheKafka: 'who was to come and is to go has to be in sync for the end, which never comes',
    why: 'It is what was asked for.',
    see: 'KIP-455',
  },
  {
    what: 'OffsetFetch with a member epoch and without a member, of a group of the consumer protocol',
    here: '25',
    apacheKafka: '−1: it looks for a member that is null',
    why: 'Nobody means that; 25 says what is wrong.',
    see: 'KIP-848',
    places: [{ api: 'OffsetFetch', path: 'groups[].errorCode', embedded: 25, apacheKafka: -1 }],
  },
  {
    what: 'Share groups: FindCoordinator for one',
    here: '35',
    apacheKafka: 'gives its coordinator',
    why: 'Not served yet.',
    see: 'KIP-932',
  },
  {
    what: 'Metadata that creates a missing topic',
    here: 'the answer waits for the creation and names the leaders',
    apacheKafka: 'answers 3 without partitions and creates the topic behind it; the next Metadata has it',
    why: 'Every client asks again after 3, so both end alike; ours spares each first use a failed attempt and the line in the client’s log. A client that asks once sees the topic here and not there.',
    see: 'KIP-204, KIP-487',
  },
  {
    what: 'Loggers of a broker (resource type 8)',
    here: 'root alone, whose levels FATAL and TRACE are ERROR and DEBUG',
    apacheKafka: 'also one for each class that writes to the log',
    why: 'There are no loggers by class.',
    see: 'KIP-412',
  },
  {
    what: 'Dynamic configs of one listener (listener.name.<listener>.…)',
    here: '42, but for max.connections and max.connection.creation.rate; files of certificates are looked at each minute',
    apacheKafka: 'taken: other stores count at once, how clients log in from the next start on',
    why: 'Whoever may alter configs could have a listener let in anybody, as a node among others, or keep a broker from starting.',
  },
  {
    what: 'A quota for an ip that is named by a host name',
    here: '42; addresses alone',
    apacheKafka: 'each node looks the name up when it hears of the quota',
    why: 'What a name stands for changes, and nobody would hear of it.',
    see: 'KIP-612',
  },
  {
    what: 'request_percentage',
    here: 'the time of the broker’s event loop: 100 is all of it',
    apacheKafka: 'the time of its request and network threads: 100 is one of them',
    why: 'An embedded broker has no threads for requests.',
    see: 'KIP-124',
  },
  {
    what: 'Who receives the metrics of clients',
    here: 'metric.reporters may name sluice.ClientMetricsLog: a line in the log for each push',
    apacheKafka: 'classes that metric.reporters names',
    why: 'An embedded broker loads no classes. Without a receiver both answer, and do not list it.',
    see: 'KIP-714',
  },
  {
    what: 'Patterns of a client metrics subscription',
    here: 'expressions of RE2',
    apacheKafka: 'those of Java, which may look around and back',
    why: 'They are matched in linear time, whatever a client says that it is.',
    see: 'KIP-714',
  },
  {
    what: 'kraft.version',
    here: 'at most 0',
    apacheKafka: 'at most 1',
    why: 'An embedded cluster has one controller: its voters never change.',
    see: 'KIP-853',
    places: [{ api: 'ApiVersions', path: 'supportedFeatures[name=kraft.version].maxVersion' }],
  },
  {
    what: 'metadata.version',
    here: 'the release’s own alone',
    apacheKafka: 'also older ones, for upgrades',
    why: 'Embedded clusters are never older than their engine.',
    places: [{ api: 'ApiVersions', path: 'supportedFeatures[name=metadata.version].minVersion' }],
  },
  {
    what: 'DescribeQuorum',
    here: 'a node of its own is the one voter, and the brokers observe',
    apacheKafka: 'the same where controllers are nodes of their own; a combined node is the voter itself',
    why: 'One controller is the whole quorum of an embedded cluster.',
    see: 'KIP-595, KIP-836',
    places: [
      ...['leaderId', 'highWatermark', 'observers[]'].map((name) => `topics[].partitions[].${name}`),
      ...['replicaId', 'logEndOffset'].map((name) => `topics[].partitions[].currentVoters[].${name}`),
      'nodes[]',
    ].map((path) => ({ api: 'DescribeQuorum', path })),
  },
  {
    what: 'Unclean leaders by unclean.leader.election.enable',
    here: 'a replica that was out of sync waits for those that were in sync and were killed, or are starting, as long as broker.session.timeout.ms, and for those not heard of since the controller started as long as unclean.leader.election.interval.ms',
    apacheKafka: 'it leads as soon as they are fenced, and what they had acknowledged is lost',
    why: 'MSK has this property on by default, whoever is killed is started again at once, and a service takes all of its brokers with it. Who has shut down is not waited for.',
    see: 'KIP-966',
    places: [],
  },
  {
    what: 'Who leads where all that were in sync have stopped uncleanly',
    here: 'the last leader; where it comes back with an empty disk, the next one that was in sync or eligible, which lastKnownElr names after it',
    apacheKafka:
      'the last leader, with whatever it has; lastKnownElr names it alone, and only while nobody leads',
    why: 'Whoever kills all brokers at once and loses one disk loses nothing: the others have it all.',
    see: 'KIP-966',
    places: [],
  },
  {
    what: 'A broker whose only log directory does not serve (a full disk, say)',
    here: 'goes on: after four seconds others lead in its place where they are in sync, and it leads and shows what it alone has; it is in sync again when its disk serves',
    apacheKafka: 'stops at once, and does not start before the disk serves',
    why: 'What stands on a full disk can be read, also where nobody else has it, and nobody has to start anything again.',
    places: [],
  },
  {
    what: 'DeleteRecords before a kill',
    here: 'the records stay deleted: where the log begins is written before that is answered, and who does not know it enters no ISR',
    apacheKafka:
      'they are back where the broker is killed within log.flush.start.offset.checkpoint.interval.ms, a minute, or where one leads that was killed so and has not heard of it since',
    why: 'What is deleted is to be gone, above all where that is why it was deleted.',
    places: [],
  },
  {
    what: 'Sentences of errors',
    here: 'in our own words',
    apacheKafka: 'in its own',
    why: 'They are for people; the code says the same.',
    places: errorMessages.map(([api, path]) => ({ api, path })),
  },
  {
    what: 'What a config is for, in DescribeConfigs',
    here: 'a short sentence of our own',
    apacheKafka: 'its documentation, in HTML',
    why: 'Facts carry over, sentences do not.',
    see: 'KIP-569',
    places: [{ api: 'DescribeConfigs', path: 'results[].configs[].documentation' }],
  },
  {
    what: 'CreatePartitions for a topic that does not exist, or with a count that does not grow',
    here: 'a sentence with the error',
    apacheKafka: 'the error alone',
    why: 'It says what is wrong.',
    places: [{ api: 'CreatePartitions', path: 'results[].errorMessage', apacheKafka: null }],
  },
  {
    what: 'DeleteTopics that names a topic by name and by id',
    here: 'refused for each of the two, as the request had it',
    apacheKafka: 'refused once, named in full',
    why: 'An answer for each thing that was asked.',
    places: [
      { api: 'DeleteTopics', path: 'responses[]', apacheKafka: absent },
      { api: 'DeleteTopics', path: 'responses[].topicId', embedded: '<no id>' },
    ],
  },
  {
    what: 'Produce with a codec that does not exist',
    here: '76 UNSUPPORTED_COMPRESSION_TYPE',
    apacheKafka: '-1 UNKNOWN_SERVER_ERROR',
    why: 'Nobody can build on -1: there it is a bug that is caught, here the reason.',
    places: [{ api: 'Produce', path: `${producedPartition}.errorCode`, embedded: 76, apacheKafka: -1 }],
  },
  {
    what: 'Produce of what cannot be decompressed, or of a compressed batch whose offsets do not follow each other',
    here: '87 INVALID_RECORD',
    apacheKafka: '-1 UNKNOWN_SERVER_ERROR',
    why: 'The same. In uncompressed batches neither looks at the offsets.',
    places: [{ api: 'Produce', path: `${producedPartition}.errorCode`, embedded: 87, apacheKafka: -1 }],
  },
  {
    what: 'CreateAcls of what only filters may say: any type, operation or permission, or the pattern MATCH',
    here: '42 INVALID_REQUEST',
    apacheKafka: '-1 UNKNOWN_SERVER_ERROR, for all that the request has',
    why: 'The same, and the others are made.',
    places: [{ api: 'CreateAcls', path: 'results[].errorCode', apacheKafka: -1 }],
  },
  {
    what: 'Which record of a refused batch is at fault',
    here: 'named also where the records do not fit their count',
    apacheKafka: 'names none there',
    why: 'It says what is wrong.',
    places: [{ api: 'Produce', path: `${producedPartition}.recordErrors[]`, apacheKafka: absent }],
  },
  {
    what: 'The log start offset beside a refused batch',
    here: 'always told',
    apacheKafka: '-1 where it has looked at the frame only',
    why: 'It is known.',
    places: [{ api: 'Produce', path: `${producedPartition}.logStartOffset`, apacheKafka: -1 }],
  },
]

export const acceptedDifferences: readonly AcceptedDifference[] = deliberateDifferences.flatMap(
  ({ what, places = [] }) => places.map((place) => ({ ...place, reason: what })),
)
