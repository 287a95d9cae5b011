import type { ErrorCode } from '@sluice/wire'

/* The error codes of Kafka's protocol in plain words: what each means, what usually causes it, what to do. */

export interface Explanation {
  meaning: string
  causes: string
  next: string
}

type ErrorName = keyof typeof ErrorCode

/** A line a code: name | meaning | usual causes | what to do. */
const texts = `
UNKNOWN_SERVER_ERROR | The broker met something that it has no code for. | A bug, or a failure inside of the broker. | Read the broker's log at that time, and report it where it is a bug.
NONE | There is no error. | The request was carried out. | Nothing.
OFFSET_OUT_OF_RANGE | The offset asked for is not in the log. | Retention or DeleteRecords removed it, or it lies beyond the end, as after an unclean election or a topic made anew. | Seek to the beginning or the end, or set auto.offset.reset.
CORRUPT_MESSAGE | A batch's checksum or form is wrong. | Bytes were damaged on the way or on the disk, or a client writes batches wrongly; keys that are missing in a compacted topic count too. | Send it again; where it stays, look at the client, or give every record of a compacted topic a key.
UNKNOWN_TOPIC_OR_PARTITION | This broker knows no such topic or partition. | A name misspelt, a topic not made yet or deleted, a partition number too high, or metadata that has not come round yet. | List the topics; create it, or ask again in a moment.
INVALID_FETCH_SIZE | A fetch asked for a size that makes no sense. | A negative or zero size in the client's settings. | Correct fetch.max.bytes or max.partition.fetch.bytes.
LEADER_NOT_AVAILABLE | The partition has no leader now. | The topic was made a moment ago, or all its in-sync replicas are down. | Try again; where it stays, start the brokers that hold it.
NOT_LEADER_OR_FOLLOWER | This broker does not lead, or does not hold, the partition. | Leadership has moved and the client's metadata is old. | Clients refresh and try again by themselves; where it stays, compare advertised addresses with where the client connects.
REQUEST_TIMED_OUT | The broker gave up before it was done. | Followers do not acknowledge in time (acks=all), or an admin change takes longer than its timeout. | Look for brokers that are down or slow; raise the timeout of the request.
BROKER_NOT_AVAILABLE | The broker asked about is not available. | It is stopped, or has not registered yet. | Start it, or ask again later.
REPLICA_NOT_AVAILABLE | The replica asked about is not here. | It is being moved, or its broker has just started. | Try again; describe the topic to see where its replicas are.
MESSAGE_TOO_LARGE | A batch is larger than the topic takes. | Records larger than max.message.bytes, or a batch that grew over it. | Raise max.message.bytes of the topic, or send less at a time (max.request.size, compression).
STALE_CONTROLLER_EPOCH | A controller that is none any more spoke. | The controller has changed meanwhile. | Nothing: the new one takes over.
OFFSET_METADATA_TOO_LARGE | The text beside a committed offset is too long. | More than offset.metadata.max.bytes. | Commit with less text.
NETWORK_EXCEPTION | The connection broke before the answer. | A broker that stopped, an address that cannot be reached, or a connection that was idle too long. | Try again; look whether the broker runs and its address is right.
COORDINATOR_LOAD_IN_PROGRESS | The coordinator reads its log still. | It has just taken over a partition of __consumer_offsets or __transaction_state. | Try again in a moment.
COORDINATOR_NOT_AVAILABLE | There is no coordinator for the group or the transaction now. | Its internal topic is being made, or its brokers are down. | Try again; where it stays, look whether enough brokers run for the internal topics.
NOT_COORDINATOR | Another broker coordinates this group or transaction. | Leadership of the internal topic's partition has moved. | Clients look the coordinator up anew by themselves.
INVALID_TOPIC_EXCEPTION | The name can be no topic's, or the topic is not for this. | Letters other than a-z, A-Z, 0-9, dot, underscore and hyphen, more than 249 of them, or an internal topic that clients may not write. | Use another name.
RECORD_LIST_TOO_LARGE | A batch is larger than a segment of the log. | segment.bytes is smaller than what is sent. | Raise segment.bytes, or send smaller batches.
NOT_ENOUGH_REPLICAS | Too few replicas are in sync for acks=all. | Brokers are down or behind, so that fewer than min.insync.replicas are in sync; nothing was written. | Bring the brokers back, or lower min.insync.replicas.
NOT_ENOUGH_REPLICAS_AFTER_APPEND | The batch was written, and then too few replicas were in sync. | A broker fell away just then. | Send it again: an idempotent producer makes no duplicate.
INVALID_REQUIRED_ACKS | acks is none of 0, 1 and -1 (all). | A client's setting. | Correct acks.
ILLEGAL_GENERATION | The member speaks of a generation of its group that is over. | The group has rebalanced meanwhile, often because processing took longer than max.poll.interval.ms. | Join again; poll more often or take fewer records at a time.
INCONSISTENT_GROUP_PROTOCOL | The member has no assignor, or no type, in common with its group. | Consumers with different partition.assignment.strategy, or another kind of client, under one group.id. | Give all members one assignor, or the others another group.id.
INVALID_GROUP_ID | The group's name is empty or not allowed here. | group.id is missing. | Set group.id.
UNKNOWN_MEMBER_ID | The group does not know this member. | Its session ended (no heartbeat for session.timeout.ms), or the group was deleted. | Join again; look for long pauses in the client.
INVALID_SESSION_TIMEOUT | The session timeout is outside of what the broker takes. | It is below group.min.session.timeout.ms or above group.max.session.timeout.ms. | Correct session.timeout.ms, or the broker's bounds.
REBALANCE_IN_PROGRESS | The group shares its partitions out anew. | Members have joined or left. | Join again: clients do so by themselves.
INVALID_COMMIT_OFFSET_SIZE | The commit makes a batch too large for __consumer_offsets. | Very many partitions or long metadata in one commit. | Commit fewer at a time.
TOPIC_AUTHORIZATION_FAILED | The client may not do this with the topic. | No ACL or IAM statement allows it, or one denies it. | Ask for it: \`sluice iam can PRINCIPAL ACTION RESOURCE\` names the statement; or add an ACL.
GROUP_AUTHORIZATION_FAILED | The client may not use this group. | No ACL or IAM statement allows READ of the group. | Allow it for this group.id.
CLUSTER_AUTHORIZATION_FAILED | The client may not do this with the cluster. | No ACL or IAM statement allows it: CREATE, ALTER, DESCRIBE, IDEMPOTENT_WRITE and the like. | Allow it for this principal.
INVALID_TIMESTAMP | A record's time is outside of what the topic takes. | More than message.timestamp.before.max.ms back, or after.max.ms ahead; often a clock or a unit (seconds for milliseconds). | Correct the time, or the topic's bounds.
UNSUPPORTED_SASL_MECHANISM | The listener does not speak this mechanism. | sasl.mechanism and port do not go together: SCRAM is on 9096, IAM on 9098. | Use the mechanism of the listener; the answer names those that it has.
ILLEGAL_SASL_STATE | A request came at the wrong time of a login. | A client that goes on before it has logged in, or logs in twice at once. | Update the client.
UNSUPPORTED_VERSION | The broker does not serve this request in this version, or not at all. | A client that is newer or older than the broker, or a feature that is off. | Let the client ask ApiVersions; see which versions are served in the README.
TOPIC_ALREADY_EXISTS | There is a topic of this name. | It was made before. | Use it, or another name.
INVALID_PARTITIONS | The number of partitions is not possible. | Zero or fewer, or fewer than the topic has: partitions are never taken away. | Ask for more than there are.
INVALID_REPLICATION_FACTOR | So many replicas are not possible. | More than there are brokers that run, or zero. | Start brokers, or ask for fewer replicas.
INVALID_REPLICA_ASSIGNMENT | The assignment of replicas is not possible. | It names a broker twice or one that is not there, or leaves partitions out. | Correct the list.
INVALID_CONFIG | A configuration is not valid. | An unknown name, a value out of range, or two that contradict each other. | The message names it; correct it.
NOT_CONTROLLER | This node is not the active controller. | The controller has changed. | Clients ask anew by themselves.
INVALID_REQUEST | The request contradicts itself. | Members that do not go together, duplicates, or something that is missing. | The message says which; often it is a bug of the client.
UNSUPPORTED_FOR_MESSAGE_FORMAT | The format of the log cannot do this. | A log of an old message format. | Use topics of the current format.
POLICY_VIOLATION | A policy of the cluster forbids it. | create.topic.policy.class.name or alter.config.policy.class.name, or rules of a serverless cluster. | The message says which rule.
OUT_OF_ORDER_SEQUENCE_NUMBER | A batch of an idempotent producer came out of order. | An earlier batch was lost, or the broker has forgotten the producer. | The producer has to start anew; a transactional one aborts.
DUPLICATE_SEQUENCE_NUMBER | This batch is there already. | It was sent again after its answer was lost. | Nothing: clients take it for done.
INVALID_PRODUCER_EPOCH | A producer with an old epoch spoke. | Another one with its transactional.id has started, or its transaction took too long. | Let only one run under a transactional.id; start this one anew.
INVALID_TXN_STATE | The transaction is in a state in which this is not possible. | Commit without a begin, two ends at once, or a transaction that timed out. | Begin a transaction first; abort and start over.
INVALID_PRODUCER_ID_MAPPING | The transactional id has another producer id. | It expired (transactional.id.expiration.ms), or another producer has taken it. | Call initTransactions anew.
INVALID_TRANSACTION_TIMEOUT | The transaction's timeout is larger than the broker takes. | transaction.timeout.ms is above transaction.max.timeout.ms. | Lower it, or raise the broker's bound.
CONCURRENT_TRANSACTIONS | The last transaction of this id is being ended still. | Its markers are on their way. | Clients try again by themselves; where it stays, look at \`kafka-transactions.sh\`.
TRANSACTION_COORDINATOR_FENCED | A coordinator that is none any more wrote a marker. | The coordinator has moved. | Nothing: the new one goes on.
TRANSACTIONAL_ID_AUTHORIZATION_FAILED | The client may not use this transactional id. | No ACL or IAM statement allows it. | Allow WRITE and DESCRIBE of the transactional id.
SECURITY_DISABLED | The cluster has no ACLs. | No authorizer is configured. | Set authorizer.class.name, or go without ACLs.
OPERATION_NOT_ATTEMPTED | This part of the request was left aside. | Another part of the same request failed before. | Mend that one and send both again.
KAFKA_STORAGE_ERROR | The broker's disk does not take or give the records. | A full volume, a disk that fails, or a directory that is gone. | Free space or grow the volume (\`sluice cluster update --volume-size-gb\`); look at the cluster's stateInfo.
LOG_DIR_NOT_FOUND | The broker has no such log directory. | A path misspelt in AlterReplicaLogDirs. | DescribeLogDirs shows those there are.
SASL_AUTHENTICATION_FAILED | The login was refused. | Wrong user or password, an expired or foreign token, or a clock that is wrong by minutes. | Compare with \`sluice env\`; look at the clock; the message says what it may.
UNKNOWN_PRODUCER_ID | The broker knows nothing of this producer. | Retention has removed all its records. | Clients start a new sequence by themselves.
REASSIGNMENT_IN_PROGRESS | The partition is being moved. | An earlier reassignment goes on. | Wait for it, or cancel it.
DELEGATION_TOKEN_AUTH_DISABLED | Delegation tokens are off. | delegation.token.secret.key is not set. | Set it on all brokers and controllers.
DELEGATION_TOKEN_NOT_FOUND | There is no such token. | It was removed or has expired. | Make a new one.
DELEGATION_TOKEN_OWNER_MISMATCH | The token belongs to somebody else. | Only owner and renewers may do this. | Ask as the owner.
DELEGATION_TOKEN_REQUEST_NOT_ALLOWED | This connection may not ask for tokens. | It came without a login, or logged in with a token itself. | Log in with a user of SCRAM or a certificate.
DELEGATION_TOKEN_AUTHORIZATION_FAILED | The client may not see or change this token. | No ACL allows it. | Allow DESCRIBE of the token, or ask as its owner.
DELEGATION_TOKEN_EXPIRED | The token has expired. | It was not renewed in time. | Make a new one, and renew it earlier.
INVALID_PRINCIPAL_TYPE | A principal is of a kind that is not taken here. | Other than User: in the request. | Write User:name.
NON_EMPTY_GROUP | The group has members. | Its consumers run still. | Stop them first.
GROUP_ID_NOT_FOUND | There is no such group. | A name misspelt, or all its offsets have expired. | List the groups.
FETCH_SESSION_ID_NOT_FOUND | The broker has forgotten this fetch session. | Its place was needed (max.incremental.fetch.session.cache.slots), or the broker started anew. | Clients begin a new session by themselves.
INVALID_FETCH_SESSION_EPOCH | A fetch session's counter is wrong. | A request or an answer was lost. | Clients begin a new session by themselves.
LISTENER_NOT_FOUND | The leader has no listener like the one that was asked. | Brokers with different listeners. | Give all brokers the same listeners.
TOPIC_DELETION_DISABLED | Topics cannot be deleted here. | delete.topic.enable is false. | Set it to true.
FENCED_LEADER_EPOCH | The client knows an older leader epoch. | Leadership has moved. | Clients refresh by themselves.
UNKNOWN_LEADER_EPOCH | The client knows a newer leader epoch than this broker. | The broker has not heard of the change yet. | Try again in a moment.
UNSUPPORTED_COMPRESSION_TYPE | The version of the request cannot have this compression. | zstd in an old version of Produce or Fetch. | Update the client, or use another compression.
STALE_BROKER_EPOCH | A broker spoke under an old registration. | It has registered anew meanwhile. | Nothing: brokers mend it by themselves.
OFFSET_NOT_AVAILABLE | The leader cannot say yet. | It was elected a moment ago. | Try again in a moment.
MEMBER_ID_REQUIRED | The member has to come again with the id that it was given. | How every member joins (KIP-394). | Clients do so by themselves.
PREFERRED_LEADER_NOT_AVAILABLE | The first of the replicas cannot lead. | Its broker is down or behind. | Start it, wait until it is in sync.
GROUP_MAX_SIZE_REACHED | The group is full. | group.max.size members are in it. | Raise group.max.size, or run fewer.
FENCED_INSTANCE_ID | Another member has this group.instance.id. | Two processes with the same one. | Give each its own.
ELIGIBLE_LEADERS_NOT_AVAILABLE | No replica may lead. | All in-sync replicas are down, and unclean elections are off. | Start one of them; an unclean election loses records.
ELECTION_NOT_NEEDED | The leader that was asked for leads. | Nothing is to be done. | Nothing.
NO_REASSIGNMENT_IN_PROGRESS | The partition is not being moved. | There is nothing to cancel. | Nothing.
GROUP_SUBSCRIBED_TO_TOPIC | The group reads this topic. | Offsets of a topic that is subscribed cannot be deleted. | Stop its consumers first.
INVALID_RECORD | A record is not valid. | A compacted topic and no key, a time out of bounds, or a batch that is formed wrongly. | The answer names the records; correct them.
UNSTABLE_OFFSET_COMMIT | Offsets of a transaction that is open stand in the way. | A producer has sent offsets to its transaction and not ended it. | Clients try again by themselves; look for hanging transactions where it stays.
THROTTLING_QUOTA_EXCEEDED | A quota of changes is used up. | controller_mutation_rate of this user or client. | Wait for the throttle time; ask for less at a time.
PRODUCER_FENCED | Another producer has this transactional.id. | Two at once, or one that came back after its successor. | End this one: only the newer may go on.
RESOURCE_NOT_FOUND | There is no such thing. | A user of SCRAM, a share or a quota's entity that is not there. | List them first.
DUPLICATE_RESOURCE | A thing is named twice, or is there already. | The request repeats itself. | Name it once.
UNACCEPTABLE_CREDENTIAL | The credential is not good enough. | Too few or too many iterations of SCRAM, or an empty user. | Take 4,096 to 16,384 iterations.
INCONSISTENT_VOTER_SET | Nodes do not agree on who votes. | controller.quorum.voters differs from node to node. | Give all the same list.
INVALID_UPDATE_VERSION | The version of an update is not the expected one. | Somebody else was first. | Ask for the present state, and try again.
FEATURE_UPDATE_FAILED | A feature could not be set to this level. | A node does not know the level, or it would be lowered. | The message names the node.
PRINCIPAL_DESERIALIZATION_FAILURE | A principal that a broker handed on cannot be read. | Brokers with different principal builders. | Give all the same one.
SNAPSHOT_NOT_FOUND | The snapshot of the metadata asked for is gone. | A newer one has replaced it. | Nothing: nodes ask for the newer one.
POSITION_OUT_OF_RANGE | A snapshot was asked for beyond its end. | A request between nodes that is out of date. | Nothing: nodes begin anew.
UNKNOWN_TOPIC_ID | The broker knows no topic of this id. | It was deleted, or made anew under the same name. | Clients refresh by themselves.
DUPLICATE_BROKER_REGISTRATION | Another broker has this id. | Two brokers with one node.id, or one whose former process is not given up yet. | Give each its own id; wait for broker.session.timeout.ms.
BROKER_ID_NOT_REGISTERED | The broker has not registered. | It has just started, or was unregistered. | Nothing: it registers by itself.
INCONSISTENT_TOPIC_ID | The topic has another id than on disk. | A directory that belongs to a topic of the same name from before. | Move that directory away.
INCONSISTENT_CLUSTER_ID | The node belongs to another cluster. | A data directory of another cluster, or an address that leads to one. | Correct the address or the directory.
TRANSACTIONAL_ID_NOT_FOUND | The coordinator knows no such transactional id. | A name misspelt, or it has expired. | ListTransactions shows those there are.
FETCH_SESSION_TOPIC_ID_ERROR | A fetch session mixes topics with and without ids. | A topic was deleted or made anew, or brokers were updated. | Clients begin a new session by themselves.
INELIGIBLE_REPLICA | This replica may not join the in-sync ones. | Its broker is fenced or shutting down. | Wait until it is up.
NEW_LEADER_ELECTED | The change led to another leader. | The one that asked is not the leader any more. | Nothing: brokers follow the metadata.
OFFSET_MOVED_TO_TIERED_STORAGE | The records are in the remote tier. | A follower asked for what has been moved there. | Nothing: followers build up from the tier.
FENCED_MEMBER_EPOCH | The member's epoch is over. | It was fenced out of its group, or restarted. | Join again with epoch 0: clients do so by themselves.
UNRELEASED_INSTANCE_ID | The group.instance.id is in use. | The member that had it has not left yet. | Wait until its session ends, or stop it.
UNSUPPORTED_ASSIGNOR | The coordinator does not have this assignor. | group.remote.assignor names none of uniform and range. | Name one that there is.
STALE_MEMBER_EPOCH | The member's epoch is behind or ahead of the group's. | A rebalance is under way. | Send a heartbeat, then commit again: clients do so by themselves.
MISMATCHED_ENDPOINT_TYPE | The request was meant for brokers and came to a controller, or the other way. | bootstrap.servers with a controller's address. | Use bootstrap.controllers for controllers.
UNSUPPORTED_ENDPOINT_TYPE | This kind of endpoint is not known. | A newer client. | Ask for brokers or controllers.
UNKNOWN_CONTROLLER_ID | There is no controller of this id. | An id misspelt. | DescribeQuorum shows them.
UNKNOWN_SUBSCRIPTION_ID | The client's subscription of metrics is out of date. | It was changed (KIP-714). | Clients ask for the new one by themselves.
TELEMETRY_TOO_LARGE | A push of metrics is larger than the broker takes. | telemetry.max.bytes. | Subscribe to fewer metrics.
INVALID_REGISTRATION | The controller refuses this broker. | Its features, directories or listeners do not fit the cluster. | The broker's log says which.
TRANSACTION_ABORTABLE | The transaction cannot be committed. | Something failed in a way that an abort mends. | Abort it and begin again.
INVALID_RECORD_STATE | The record is not in the state for this. | An acknowledgement that comes twice or too late (share groups). | Acknowledge once, before the lock ends.
SHARE_SESSION_NOT_FOUND | The broker has forgotten this share session. | It was closed, or the broker started anew. | Clients begin a new one by themselves.
INVALID_SHARE_SESSION_EPOCH | A share session's counter is wrong. | A request or an answer was lost. | Clients begin a new one by themselves.
FENCED_STATE_EPOCH | A share coordinator's epoch is over. | The share partition has moved. | Nothing: brokers mend it by themselves.
INVALID_VOTER_KEY | The voter named is not the one that is asked. | A node id and a directory id that do not go together. | DescribeQuorum shows both.
DUPLICATE_VOTER | This voter votes already. | It was added before. | Nothing.
VOTER_NOT_FOUND | There is no such voter. | An id misspelt, or it was removed. | DescribeQuorum shows them.
INVALID_REGULAR_EXPRESSION | The pattern of topics cannot be read. | A syntax that RE2 does not have, such as a look-ahead. | Write it in RE2's syntax.
REBOOTSTRAP_REQUIRED | The client shall begin anew with its bootstrap servers. | All that it knows of the cluster is out of date. | Clients do so by themselves (KIP-1102).
STREAMS_INVALID_TOPOLOGY | The topology of a Streams application is not valid. | Internal topics that contradict each other. | Correct the application.
STREAMS_INVALID_TOPOLOGY_EPOCH | The topology's epoch is not the expected one. | Members of different releases of the application. | Bring all to one.
STREAMS_TOPOLOGY_FENCED | The member's topology is an older one. | Another release of the application has taken over. | Update this member.
SHARE_SESSION_LIMIT_REACHED | The broker has no room for another share session. | group.share.max.share.sessions. | Raise it, or run fewer consumers.
GROUP_DELETION_FAILED | The group could not be deleted. | Something of it stands in the way. | The message says what.
STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED | The description of a Streams topology was not stored. | A failure at the coordinator. | Try again; look at the broker's log.
CONTROLLER_ID_NOT_REGISTERED | The controller has not registered. | It has just started. | Nothing: it registers by itself.
`

export const kafkaExplanations: ReadonlyMap<ErrorName, Explanation> = new Map(
  texts
    .trim()
    .split('\n')
    .map((line): [ErrorName, Explanation] => {
      const [name = '', meaning = '', causes = '', next = ''] = line.split(' | ')
      return [name as ErrorName, { meaning, causes, next }]
    }),
)
