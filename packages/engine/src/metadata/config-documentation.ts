// One line a config, of brokers, topics, groups and client metrics: its name and what it is for, in our own words.
const lines = String.raw`
add.partitions.to.txn.retry.backoff.max.ms|Milliseconds at most between two tries of a broker to verify or add partitions of a transaction.
add.partitions.to.txn.retry.backoff.ms|Milliseconds before a broker tries again to verify or add partitions of a transaction.
advertised.listeners|The addresses that clients and other brokers are told, as name://host:port; those of listeners where none are given.
alter.config.policy.class.name|A class that may refuse changes of configurations; none unless set.
alter.log.dirs.replication.quota.window.num|Number of samples over which moves between log directories are measured.
alter.log.dirs.replication.quota.window.size.seconds|Length in seconds of one sample of the rate of moves between log directories.
authorizer.class.name|The class that decides who may do what; empty: everybody may do everything.
auto.create.topics.enable|Whether a topic that clients ask for and that is not there is made at once, with num.partitions and default.replication.factor.
auto.leader.rebalance.enable|Whether the controller gives leadership back to preferred replicas by itself, every leader.imbalance.check.interval.seconds.
background.threads|Number of threads for work that no client waits for; a change may at most halve or double it.
broker.heartbeat.interval.ms|Milliseconds between two heartbeats of a broker to its controller; at most half of broker.session.timeout.ms is sound.
broker.id|The id of this broker: the same as node.id, which replaces it.
broker.rack|The zone that this broker stands in: replicas are spread over the racks.
broker.session.timeout.ms|Milliseconds without a heartbeat after which the controller takes a broker for dead and fences it.
cleanup.policy|What becomes of old records: delete removes segments by time and size, compact keeps the last record of each key; both go together.
client.quota.callback.class|A class that sets quotas for clients; without one they come from the quotas in the metadata.
compression.gzip.level|Level of gzip, 1 to 9, where the log compresses with it; -1: the library's own.
compression.lz4.level|Level of lz4, 1 to 17, where the log compresses with it.
compression.type|How batches are compressed on disk; producer keeps them as they come.
compression.zstd.level|Level of zstd, up to 22, where the log compresses with it.
config.providers|Names of providers that stand for values kept elsewhere, such as in a file or in the environment.
connection.failed.authentication.delay.ms|Milliseconds that a connection stays open after its authentication has failed, against those who guess; below connections.max.idle.ms.
connections.max.idle.ms|Milliseconds without a request after which the broker closes a connection; negative: never.
connections.max.reauth.ms|Milliseconds after which a SASL client has to authenticate anew; 0: never.
consumer.assignment.interval.ms|Milliseconds that lie at least between two assignments of a consumer group.
consumer.assignor.offload.enable|Whether the assignment of a consumer group is computed beside the coordinator's own thread.
consumer.heartbeat.interval.ms|Milliseconds between two heartbeats of a member of a consumer group.
consumer.session.timeout.ms|Milliseconds without a heartbeat after which a member of a consumer group is out.
controlled.shutdown.enable|Whether a broker that stops hands over the leadership of its partitions first.
controller.listener.names|The listeners that controllers speak on, the first of which brokers use.
controller.performance.always.log.threshold.ms|A controller event that takes more milliseconds than this is always logged.
controller.performance.sample.period.ms|Milliseconds between two reports of how long the controller's events take.
controller.quorum.append.linger.ms|Milliseconds that the leader of the quorum collects records before it writes them.
controller.quorum.auto.join.enable|Whether a new controller makes itself a voter of the quorum.
controller.quorum.bootstrap.servers|Addresses at which a node looks for the quorum where its voters can change.
controller.quorum.election.backoff.max.ms|Milliseconds at most before a controller stands again for election after one that nobody won.
controller.quorum.election.timeout.ms|Milliseconds that a candidate waits for votes before it begins another election.
controller.quorum.fetch.max.bytes|Bytes at most in one answer to a fetch of the metadata log.
controller.quorum.fetch.snapshot.max.bytes|Bytes at most of a metadata snapshot in one answer.
controller.quorum.fetch.timeout.ms|Milliseconds without a successful fetch from the leader after which a follower of the quorum stands for election.
controller.quorum.request.timeout.ms|Milliseconds that nodes of the quorum wait for each other's answers.
controller.quorum.retry.backoff.ms|Milliseconds before a failed request to the quorum is sent again.
controller.quorum.voters|The controllers that elect their leader, as id@host:port.
controller.quota.window.num|Number of samples over which changes of topics and partitions are counted for their quota.
controller.quota.window.size.seconds|Length in seconds of one sample of the rate of changes of topics and partitions.
controller.socket.timeout.ms|Milliseconds that a socket to the controller may take for an answer.
cordoned.log.dirs|Log directories that get no new partitions; * stands for all.
create.topic.policy.class.name|A class that may refuse new topics; none unless set.
default.replication.factor|Replicas of a topic whose creation names no number, those made automatically among them.
delegation.token.expiry.check.interval.ms|Milliseconds between two searches for delegation tokens that are over.
delegation.token.expiry.time.ms|Milliseconds that a delegation token holds unless it is renewed.
delegation.token.max.lifetime.ms|Milliseconds after which a delegation token cannot be renewed any more.
delegation.token.secret.key|The secret by which delegation tokens are made and verified, the same on all nodes.
delete.records.purgatory.purge.interval.requests|Number of finished DeleteRecords waits after which their purgatory is cleaned.
delete.retention.ms|Milliseconds that a tombstone stays readable in a compacted log.
delete.topic.enable|Whether topics can be deleted at all.
early.start.listeners|Listeners that open before the authorizer is ready; those of the controller unless set.
errors.deadletterqueue.auto.create.topics.enable|Whether the topic for records that share groups could not process is made when it is missing.
errors.deadletterqueue.copy.record.enable|Whether a record that a share group could not process goes whole to the topic for such, not only its place.
errors.deadletterqueue.group.enable|Whether the topic may take the records that share groups could not process.
errors.deadletterqueue.topic.name|The topic for the records that a share group could not process; none unless set.
errors.deadletterqueue.topic.name.prefix|How the names of topics begin that take the records that share groups could not process.
fetch.max.bytes|Bytes at most in the answer to one Fetch, at least 1024; the first batch comes even if it is larger.
fetch.purgatory.purge.interval.requests|Number of finished Fetch waits after which their purgatory is cleaned.
file.delete.delay.ms|Milliseconds between the end of a segment and the removal of its file.
flush.messages|Number of records after which a log is flushed to disk; by default that is left to the system.
flush.ms|Milliseconds after which a written record is flushed to disk; by default that is left to the system.
follower.fetch.last.tiered.offset.enable|Whether a new follower of a tiered topic begins where the remote part ends instead of at its start.
follower.replication.throttled.rate|Bytes a second that a broker takes as a follower of throttled partitions.
follower.replication.throttled.replicas|Replicas whose following is throttled, as partition:broker, or * for all.
group.consumer.assignment.interval.ms|Milliseconds that lie at least between two assignments of a consumer group.
group.consumer.assignor.offload.enable|Whether the assignment of a consumer group is computed beside the coordinator's own thread.
group.consumer.assignors|The assignors of a consumer group, the first of which is the default.
group.consumer.heartbeat.interval.ms|Milliseconds between two heartbeats of a member of a consumer group.
group.consumer.max.assignment.interval.ms|The most that group.consumer.assignment.interval.ms can be, also for a single group, in milliseconds.
group.consumer.max.heartbeat.interval.ms|The most that group.consumer.heartbeat.interval.ms can be, also for a single group, in milliseconds.
group.consumer.max.session.timeout.ms|The most that group.consumer.session.timeout.ms can be, also for a single group, in milliseconds.
group.consumer.max.size|Members of a consumer group at most.
group.consumer.migration.policy|Between which of the classic and the consumer protocol a group may move: upgrade, downgrade, bidirectional or disabled.
group.consumer.min.assignment.interval.ms|The least that group.consumer.assignment.interval.ms can be, also for a single group, in milliseconds.
group.consumer.min.heartbeat.interval.ms|The least that group.consumer.heartbeat.interval.ms can be, also for a single group, in milliseconds.
group.consumer.min.session.timeout.ms|The least that group.consumer.session.timeout.ms can be, also for a single group, in milliseconds.
group.consumer.regex.refresh.interval.ms|Milliseconds after which a subscription by pattern is looked up among the topics again.
group.consumer.session.timeout.ms|Milliseconds without a heartbeat after which a member of a consumer group is out.
group.coordinator.append.linger.ms|Milliseconds that a group coordinator collects records before it writes them; -1: as the load asks for.
group.coordinator.background.threads|Number of threads for work of the group coordinator that takes long.
group.coordinator.cached.buffer.max.bytes|Bytes of buffers that a group coordinator keeps for use again.
group.coordinator.rebalance.protocols|The group protocols that are served, of classic, consumer, share and streams.
group.coordinator.threads|Number of threads of the group coordinator.
group.initial.rebalance.delay.ms|Milliseconds that an empty classic group waits for more members before it assigns for the first time.
group.max.session.timeout.ms|Milliseconds at most that a member of a classic group may ask for as its session.
group.max.size|Members of a classic group at most.
group.min.session.timeout.ms|Milliseconds at least that a member of a classic group has to ask for as its session.
group.share.assignment.interval.ms|Milliseconds that lie at least between two assignments of a share group.
group.share.assignor.offload.enable|Whether the assignment of a share group is computed beside the coordinator's own thread.
group.share.assignors|The assignors of a share group, the first of which is the default.
group.share.delivery.count.limit|How often a record is delivered to a share group at most.
group.share.dlq.manager.class.name|The class that takes the records that share groups could not process.
group.share.heartbeat.interval.ms|Milliseconds between two heartbeats of a member of a share group.
group.share.initialize.retry.interval.ms|Milliseconds before the state of a share group's partition is set up again after a failure.
group.share.max.assignment.interval.ms|The most that group.share.assignment.interval.ms can be, also for a single group, in milliseconds.
group.share.max.delivery.count.limit|The most that group.share.delivery.count.limit can be, also for a single group.
group.share.max.heartbeat.interval.ms|The most that group.share.heartbeat.interval.ms can be, also for a single group, in milliseconds.
group.share.max.partition.max.record.locks|The most that group.share.partition.max.record.locks can be, also for a single group.
group.share.max.record.lock.duration.ms|The most that group.share.record.lock.duration.ms can be, also for a single group, in milliseconds.
group.share.max.session.timeout.ms|The most that group.share.session.timeout.ms can be, also for a single group, in milliseconds.
group.share.max.share.sessions|Share sessions that a broker keeps; at least group.share.max.size.
group.share.max.size|Members of a share group at most.
group.share.min.assignment.interval.ms|The least that group.share.assignment.interval.ms can be, also for a single group, in milliseconds.
group.share.min.delivery.count.limit|The least that group.share.delivery.count.limit can be, also for a single group.
group.share.min.heartbeat.interval.ms|The least that group.share.heartbeat.interval.ms can be, also for a single group, in milliseconds.
group.share.min.partition.max.record.locks|The least that group.share.partition.max.record.locks can be, also for a single group.
group.share.min.record.lock.duration.ms|The least that group.share.record.lock.duration.ms can be, also for a single group, in milliseconds.
group.share.min.session.timeout.ms|The least that group.share.session.timeout.ms can be, also for a single group, in milliseconds.
group.share.partition.max.record.locks|Records of a partition that a share group holds at a time at most.
group.share.persister.class.name|The class that stores the state of share groups; in a topic unless set.
group.share.record.lock.duration.ms|Milliseconds that a consumer of a share group has for a record before another one gets it.
group.share.session.timeout.ms|Milliseconds without a heartbeat after which a member of a share group is out.
group.streams.acceptable.recovery.lag|Records that a copy of a task's state may be behind and still take the task at once.
group.streams.assignment.interval.ms|Milliseconds that lie at least between two assignments of a streams group.
group.streams.assignor.offload.enable|Whether the assignment of a streams group is computed beside the coordinator's own thread.
group.streams.assignors|The assignors of a streams group, the first of which is the default.
group.streams.heartbeat.interval.ms|Milliseconds between two heartbeats of a member of a streams group.
group.streams.initial.rebalance.delay.ms|Milliseconds that an empty streams group waits for more members before it assigns for the first time.
group.streams.max.assignment.interval.ms|The most that group.streams.assignment.interval.ms can be, also for a single group, in milliseconds.
group.streams.max.heartbeat.interval.ms|The most that group.streams.heartbeat.interval.ms can be, also for a single group, in milliseconds.
group.streams.max.session.timeout.ms|The most that group.streams.session.timeout.ms can be, also for a single group, in milliseconds.
group.streams.max.size|Members of a streams group at most.
group.streams.max.standby.replicas|The most that group.streams.num.standby.replicas can be, also for a single group.
group.streams.max.warmup.replicas|The most that group.streams.num.warmup.replicas can be, also for a single group.
group.streams.min.assignment.interval.ms|The least that group.streams.assignment.interval.ms can be, also for a single group, in milliseconds.
group.streams.min.heartbeat.interval.ms|The least that group.streams.heartbeat.interval.ms can be, also for a single group, in milliseconds.
group.streams.min.session.timeout.ms|The least that group.streams.session.timeout.ms can be, also for a single group, in milliseconds.
group.streams.min.task.offset.interval.ms|The least that group.streams.task.offset.interval.ms can be, also for a single group, in milliseconds.
group.streams.num.standby.replicas|Standby copies of each task's state in a streams group.
group.streams.num.warmup.replicas|Additional copies of state that a streams group warms up at a time before tasks move.
group.streams.rack.aware.assignment.tags|Tags of members by which standby copies are spread.
group.streams.session.timeout.ms|Milliseconds without a heartbeat after which a member of a streams group is out.
group.streams.task.offset.interval.ms|Milliseconds between two reports of a member on how far its tasks' state has come.
group.streams.topology.description.plugin.class|A class that is told the topologies of streams groups; none unless set.
index.interval.bytes|Bytes of records between two entries of the offset index.
initial.broker.registration.timeout.ms|Milliseconds that a starting broker tries to register with the controller before it ends itself.
inter.broker.listener.name|The listener over which brokers reach each other.
internal.metadata.delete.delay.millis|Milliseconds between the end of a metadata segment or snapshot and the removal of its file.
internal.metadata.log.segment.bytes|Size in bytes at which the metadata log begins a new segment; for tests only.
internal.metadata.max.batch.size.in.bytes|Bytes at most of one batch in the metadata log; for tests only.
internal.segment.bytes|Segment size in bytes for tests only, below the least that segment.bytes may be.
interval.ms|Milliseconds between two pushes of metrics by the clients that match, 100 to 3600000.
kafka.metrics.polling.interval.secs|Seconds between two reports of the reporters in kafka.metrics.reporters.
kafka.metrics.reporters|Classes that report the older metrics; none unless set.
leader.imbalance.check.interval.seconds|Seconds between two looks of the controller for leaders that are not the preferred replicas.
leader.replication.throttled.rate|Bytes a second that a broker gives as the leader of throttled partitions.
leader.replication.throttled.replicas|Replicas whose leading is throttled, as partition:broker, or * for all.
listener.security.protocol.map|Which security protocol each listener speaks, as NAME:PROTOCOL.
listeners|The addresses that the node binds, as name://host:port.
local.retention.bytes|Bytes of a tiered partition that stay on the broker's own disk; -2: as retention.bytes.
local.retention.ms|Milliseconds that records of a tiered partition stay on the broker's own disk; -2: as retention.ms.
log.cleaner.backoff.ms|Milliseconds that an idle cleaner waits before it looks for logs to compact.
log.cleaner.dedupe.buffer.size|Bytes for the keys that all cleaners remember; more than 1 MiB for each of log.cleaner.threads.
log.cleaner.delete.retention.ms|Milliseconds that a tombstone stays readable in a compacted log. Topics may set delete.retention.ms themselves.
log.cleaner.enable|Whether compaction runs at all; topics with a compacting policy need it.
log.cleaner.io.buffer.load.factor|How full, as a part of 1, the cleaner's table of keys may be.
log.cleaner.io.buffer.size|Bytes of the buffers through which all cleaners read and write.
log.cleaner.io.max.bytes.per.second|Bytes a second that the cleaners read and write at most, together.
log.cleaner.max.compaction.lag.ms|Milliseconds after which a record comes into the reach of compaction at the latest. Topics may set max.compaction.lag.ms themselves.
log.cleaner.min.cleanable.ratio|What part of a log, of 1, has to be uncompacted before the cleaner takes it. Topics may set min.cleanable.dirty.ratio themselves.
log.cleaner.min.compaction.lag.ms|Milliseconds that a record stays out of the reach of compaction; at most max.compaction.lag.ms. Topics may set min.compaction.lag.ms themselves.
log.cleaner.threads|Number of threads that compact logs, at least 1; a change may at most halve or double it.
log.cleanup.policy|What becomes of old records: delete removes segments by time and size, compact keeps the last record of each key; both go together. Topics may set cleanup.policy themselves.
log.dir|The one directory for logs where log.dirs is not set.
log.dir.failure.timeout.ms|Milliseconds after which a broker ends itself that cannot tell the controller of a failed log directory.
log.dirs|The directories for logs; log.dir where not set.
log.flush.interval.messages|Number of records after which a log is flushed to disk; by default that is left to the system. Topics may set flush.messages themselves.
log.flush.interval.ms|Milliseconds after which a written record is flushed to disk; by default that is left to the system. Topics may set flush.ms themselves.
log.flush.offset.checkpoint.interval.ms|Milliseconds between two writes of the checkpoint up to which logs are on disk.
log.flush.scheduler.interval.ms|Milliseconds between two looks for logs that have to be flushed to disk.
log.flush.start.offset.checkpoint.interval.ms|Milliseconds between two writes of the checkpoint of the logs' first offsets.
log.index.interval.bytes|Bytes of records between two entries of the offset index. Topics may set index.interval.bytes themselves.
log.index.size.max.bytes|Size in bytes of the offset index of a segment at most. Topics may set segment.index.bytes themselves.
log.initial.task.delay.ms|Milliseconds after the start before retention, flushes and checkpoints begin.
log.local.retention.bytes|Bytes of a tiered partition that stay on the broker's own disk; -2: as retention.bytes. Topics may set local.retention.bytes themselves.
log.local.retention.ms|Milliseconds that records of a tiered partition stay on the broker's own disk; -2: as retention.ms. Topics may set local.retention.ms themselves.
log.message.timestamp.after.max.ms|Milliseconds by which a record's own time may be ahead of the broker's. Topics may set message.timestamp.after.max.ms themselves.
log.message.timestamp.before.max.ms|Milliseconds by which a record's own time may be behind the broker's. Topics may set message.timestamp.before.max.ms themselves.
log.message.timestamp.type|Whose time records carry: CreateTime is the producer's, LogAppendTime the broker's. Topics may set message.timestamp.type themselves.
log.preallocate|Whether a segment's file gets its full size when it is made. Topics may set preallocate themselves.
log.remote.copy.lag.bytes|Bytes that a closed segment stays local before it is copied to the remote storage; -1: as long as it is kept locally. Topics may set remote.copy.lag.bytes themselves.
log.remote.copy.lag.ms|Milliseconds that a closed segment stays local before it is copied to the remote storage; -1: as long as it is kept locally. Topics may set remote.copy.lag.ms themselves.
log.retention.bytes|Bytes of a partition beyond which its oldest segments go; -1: no limit. Topics may set retention.bytes themselves.
log.retention.check.interval.ms|Milliseconds between two looks for segments that retention takes.
log.retention.hours|Hours after which a segment goes, counted from its newest record; -1: never. It counts where the same in a finer unit is not set.
log.retention.minutes|Minutes after which a segment goes, counted from its newest record; -1: never. It counts where the same in a finer unit is not set.
log.retention.ms|Milliseconds after which a segment goes, counted from its newest record; -1: never. Topics may set retention.ms themselves.
log.roll.hours|Hours after which a log begins a new segment even if the last one is not full. It counts where the same in a finer unit is not set.
log.roll.jitter.hours|Hours by which the start of new segments by time varies at most. It counts where the same in a finer unit is not set.
log.roll.jitter.ms|Milliseconds by which the start of new segments by time varies at most. Topics may set segment.jitter.ms themselves.
log.roll.ms|Milliseconds after which a log begins a new segment even if the last one is not full. Topics may set segment.ms themselves.
log.segment.bytes|Size in bytes at which a log begins a new segment. Topics may set segment.bytes themselves.
log.segment.delete.delay.ms|Milliseconds between the end of a segment and the removal of its file. Topics may set file.delete.delay.ms themselves.
match|Which clients a subscription is for, as key=regular expression; all unless set.
max.compaction.lag.ms|Milliseconds after which a record comes into the reach of compaction at the latest.
max.connection.creation.rate|New connections a second that the broker takes at most, at least 1.
max.connections|Connections that the broker has at most at a time, at least 1.
max.connections.per.ip|Connections that one client address has at most at a time.
max.connections.per.ip.overrides|Other limits for single client addresses, as address:number.
max.decompressed.message.bytes|Bytes of one record at most once it is decompressed.
max.incremental.fetch.session.cache.slots|Number of incremental fetch sessions that the broker keeps.
max.message.bytes|Bytes of one batch at most, as it stands in the log.
max.request.partition.size.limit|Partitions at most in one answer to DescribeTopicPartitions.
message.max.bytes|Bytes of one batch at most, as it stands in the log. Topics may set max.message.bytes themselves.
message.timestamp.after.max.ms|Milliseconds by which a record's own time may be ahead of the broker's.
message.timestamp.before.max.ms|Milliseconds by which a record's own time may be behind the broker's.
message.timestamp.type|Whose time records carry: CreateTime is the producer's, LogAppendTime the broker's.
metadata.log.dir|The directory of the metadata log; the first of log.dirs unless set.
metadata.log.max.record.bytes.between.snapshots|Bytes of new metadata records after which a snapshot is written.
metadata.log.max.snapshot.interval.ms|Milliseconds after which changed metadata gets a snapshot in any case; 0: only by its size.
metadata.log.segment.bytes|Size in bytes at which the metadata log begins a new segment.
metadata.log.segment.ms|Milliseconds after which the metadata log begins a new segment.
metadata.max.idle.interval.ms|Milliseconds of silence after which the active controller writes an empty record; 0: never.
metadata.max.retention.bytes|Bytes of metadata log and snapshots beyond which the oldest go, once a newer snapshot is there.
metadata.max.retention.ms|Milliseconds that metadata segments and snapshots are kept, once a newer snapshot is there.
metric.reporters|Classes that report metrics; over JMX unless set.
metrics|Prefixes of the names of metrics that clients push; * for all, none unless set.
metrics.num.samples|Number of samples that a metric is computed from.
metrics.recording.level|The most detailed level at which metrics are recorded: INFO, DEBUG or TRACE.
metrics.sample.window.ms|Length in milliseconds of one sample of a metric.
min.cleanable.dirty.ratio|What part of a log, of 1, has to be uncompacted before the cleaner takes it.
min.compaction.lag.ms|Milliseconds that a record stays out of the reach of compaction; at most max.compaction.lag.ms.
min.insync.replicas|Replicas in sync without which a write with acks=all is refused; never more than the topic has.
node.id|The number by which the cluster knows this node, its own among all brokers and controllers.
num.io.threads|Number of threads that serve requests; a change may at most halve or double it.
num.network.threads|Number of threads for the sockets of each listener; a change may at most halve or double it.
num.partitions|Partitions of a topic whose creation names no number.
num.recovery.threads.per.data.dir|Number of threads for each log directory that load logs at a start and flush them at a stop.
num.replica.alter.log.dirs.threads|Number of threads that move replicas between log directories; as many as directories unless set.
num.replica.fetchers|Number of threads that follow one other broker; a change may at most halve or double it.
offset.metadata.max.bytes|Bytes at most of the text that a client stores with a committed offset.
offsets.commit.timeout.ms|Milliseconds that an offset commit waits for its replicas before it is refused.
offsets.load.buffer.size|Bytes of a batch in which a coordinator reads committed offsets at its start.
offsets.retention.check.interval.ms|Milliseconds between two searches for committed offsets that are too old.
offsets.retention.minutes|Minutes that the offsets of an empty group are kept.
offsets.topic.compression.codec|How committed offsets are compressed, by the id of the codec: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
offsets.topic.num.partitions|Partitions of the topic of committed offsets; not to be changed once it is there.
offsets.topic.replication.factor|Replicas of the topic of committed offsets; it is not made while fewer brokers are there.
offsets.topic.segment.bytes|Segment size in bytes of the topic of committed offsets: small, so that it is compacted and loaded fast.
preallocate|Whether a segment's file gets its full size when it is made.
principal.builder.class|The class that makes a principal of who has authenticated.
process.roles|What this node is: broker, controller or both.
producer.id.expiration.check.interval.ms|Milliseconds between two searches for producer ids that are too old.
producer.id.expiration.ms|Milliseconds after its last write that an idempotent producer is remembered by a partition.
producer.purgatory.purge.interval.requests|Number of finished Produce waits after which their purgatory is cleaned.
queued.max.request.bytes|Bytes of waiting requests beyond which no more are read; -1: as many as come.
queued.max.requests|Number of waiting requests beyond which network threads stop reading.
quota.window.num|Number of samples over which clients' rates are measured for their quotas.
quota.window.size.seconds|Length in seconds of one sample of a client's rate.
remote.copy.lag.bytes|Bytes that a closed segment stays local before it is copied to the remote storage; -1: as long as it is kept locally.
remote.copy.lag.ms|Milliseconds that a closed segment stays local before it is copied to the remote storage; -1: as long as it is kept locally.
remote.fetch.max.wait.ms|Milliseconds that a Fetch waits at most for data from the remote storage.
remote.list.offsets.request.timeout.ms|Milliseconds that ListOffsets waits at most for an offset from the remote storage.
remote.log.copy.disable|Whether a tiered topic copies nothing more to the remote storage.
remote.log.delete.on.disable|Whether a topic's remote part goes when its tiered storage is switched off.
remote.log.index.file.cache.total.size.bytes|Bytes on disk for indexes of remote segments.
remote.log.index.file.cache.ttl.ms|Milliseconds that an unused index of a remote segment stays in its cache; -1: as long as there is room.
remote.log.manager.copier.thread.pool.size|Number of threads that copy segments to the remote storage.
remote.log.manager.copy.max.bytes.per.second|Bytes a second that a broker copies to the remote storage at most.
remote.log.manager.copy.quota.window.num|Number of samples over which the rate of remote copies is measured.
remote.log.manager.copy.quota.window.size.seconds|Length in seconds of one sample of the rate of remote copies.
remote.log.manager.expiration.thread.pool.size|Number of threads that remove remote segments whose time is over.
remote.log.manager.fetch.max.bytes.per.second|Bytes a second that a broker reads from the remote storage at most.
remote.log.manager.fetch.quota.window.num|Number of samples over which the rate of remote reads is measured.
remote.log.manager.fetch.quota.window.size.seconds|Length in seconds of one sample of the rate of remote reads.
remote.log.manager.follower.thread.pool.size|Number of threads that do the remote work of followers.
remote.log.manager.task.interval.ms|Milliseconds between two rounds of copying and removing remote segments.
remote.log.manager.task.retry.backoff.max.ms|Milliseconds at most between two tries of a remote request.
remote.log.manager.task.retry.backoff.ms|Milliseconds before a failed remote request is tried again.
remote.log.manager.task.retry.jitter|By what part of itself, up to 0.5, the wait before a remote request is tried again varies.
remote.log.manager.thread.pool.size|Number of threads for scheduling remote work.
remote.log.metadata.custom.metadata.max.bytes|Bytes at most that a remote storage may note about a segment of its own accord.
remote.log.metadata.manager.class.name|The class that keeps what is known of remote segments; in a topic unless set.
remote.log.metadata.manager.class.path|Where the class that keeps what is known of remote segments is loaded from.
remote.log.metadata.manager.impl.prefix|How properties begin that are handed to the keeper of remote segments' metadata.
remote.log.metadata.manager.listener.name|The listener over which the keeper of remote segments' metadata reaches the brokers.
remote.log.reader.max.pending.tasks|Number of reads from the remote storage that may wait before more are refused.
remote.log.reader.threads|Number of threads that read from the remote storage.
remote.log.storage.manager.class.name|The class that copies, reads and removes remote segments.
remote.log.storage.manager.class.path|Where the class of the remote storage is loaded from.
remote.log.storage.manager.impl.prefix|How properties begin that are handed to the remote storage.
remote.log.storage.system.enable|Whether the broker can keep parts of logs in a remote storage.
remote.storage.enable|Whether older segments of the topic move to the remote storage.
replica.alter.log.dirs.io.max.bytes.per.second|Bytes a second for moves of replicas between a broker's log directories.
replica.fetch.backoff.ms|Milliseconds that a follower waits after a failed fetch of a partition.
replica.fetch.max.bytes|Bytes of one partition that a follower asks for at a time; the first batch comes even if it is larger.
replica.fetch.min.bytes|Bytes that a follower's fetch waits for, up to replica.fetch.wait.max.ms.
replica.fetch.response.max.bytes|Bytes at most in one answer to a follower.
replica.fetch.wait.max.ms|Milliseconds that a follower's fetch waits for data; at most replica.lag.time.max.ms, or idle followers would fall out of sync.
replica.high.watermark.checkpoint.interval.ms|Milliseconds between two writes of the checkpoint of high watermarks.
replica.lag.time.max.ms|Milliseconds that a follower may be behind its leader and still count as in sync.
replica.selector.class|The class that chooses the replica a consumer reads from; the leader unless set.
replica.socket.receive.buffer.bytes|Receive buffer in bytes of the sockets that followers read from; -1: the system's own.
replica.socket.timeout.ms|Milliseconds that a follower waits for an answer; at least replica.fetch.wait.max.ms.
replication.quota.window.num|Number of samples over which the rate of throttled replication is measured.
replication.quota.window.size.seconds|Length in seconds of one sample of the rate of throttled replication.
request.timeout.ms|Milliseconds that this node waits for the answer to a request of its own.
retention.bytes|Bytes of a partition beyond which its oldest segments go; -1: no limit.
retention.ms|Milliseconds after which a segment goes, counted from its newest record; -1: never.
sasl.client.callback.handler.class|The class that gives this node's own SASL clients their credentials.
sasl.enabled.mechanisms|The SASL mechanisms that clients may use.
sasl.jaas.config|The JAAS login of a listener and mechanism; it stands behind listener.name.<listener>.<mechanism>.
sasl.kerberos.kinit.cmd|The path of the program kinit.
sasl.kerberos.min.time.before.relogin|Milliseconds at least between two Kerberos logins.
sasl.kerberos.principal.to.local.rules|Rules, the first that fits wins, by which a Kerberos principal becomes a user name.
sasl.kerberos.service.name|The Kerberos name that brokers run under.
sasl.kerberos.ticket.renew.jitter|By what part of itself the time before a Kerberos ticket is renewed varies.
sasl.kerberos.ticket.renew.window.factor|At what part of its life, up to 1, a Kerberos ticket is renewed.
sasl.login.callback.handler.class|The class that answers what a SASL login asks for.
sasl.login.class|The class that logs this node in.
sasl.login.connect.timeout.ms|Milliseconds that a connection to the server of an OAuth login may take; the system's own unless set.
sasl.login.read.timeout.ms|Milliseconds that an answer of the server of an OAuth login may take; the system's own unless set.
sasl.login.refresh.buffer.seconds|Seconds before its end by which a login's token should be renewed.
sasl.login.refresh.min.period.seconds|Seconds that a login waits at least before it renews its token.
sasl.login.refresh.window.factor|At what part of its life a login's token is renewed.
sasl.login.refresh.window.jitter|By what part of itself the time before a token is renewed varies.
sasl.login.retry.backoff.max.ms|Milliseconds at most between two tries to reach the server of an OAuth login.
sasl.login.retry.backoff.ms|Milliseconds before a failed try to reach the server of an OAuth login is repeated.
sasl.mechanism.controller.protocol|The SASL mechanism between brokers and controllers.
sasl.mechanism.inter.broker.protocol|The SASL mechanism between brokers.
sasl.oauthbearer.allow.unverified.audience|Whether tokens are taken whose audience nobody has compared with an expected one.
sasl.oauthbearer.allow.unverified.issuer|Whether tokens are taken whose issuer nobody has compared with an expected one.
sasl.oauthbearer.assertion.algorithm|How the assertion of an OAuth client is signed, such as RS256 or ES256.
sasl.oauthbearer.assertion.claim.aud|The claim aud, for whom it is meant, of an OAuth client's assertion.
sasl.oauthbearer.assertion.claim.exp.seconds|Seconds that an OAuth client's assertion holds.
sasl.oauthbearer.assertion.claim.iss|The claim iss, who has made it, of an OAuth client's assertion.
sasl.oauthbearer.assertion.claim.jti.include|Whether an OAuth client's assertion gets an id of its own in the claim jti.
sasl.oauthbearer.assertion.claim.nbf.seconds|Seconds before its making from which an OAuth client's assertion holds.
sasl.oauthbearer.assertion.claim.sub|The claim sub, whom it speaks of, of an OAuth client's assertion.
sasl.oauthbearer.assertion.file|A file that holds an OAuth client's assertion, made and signed already.
sasl.oauthbearer.assertion.private.key.file|The file of the private key that signs an OAuth client's assertion.
sasl.oauthbearer.assertion.private.key.passphrase|The passphrase of the key that signs an OAuth client's assertion.
sasl.oauthbearer.assertion.template.file|A file of headers and claims that an OAuth client's assertion begins with.
sasl.oauthbearer.client.credentials.client.id|The id under which an OAuth client asks for a token by its own credentials.
sasl.oauthbearer.client.credentials.client.secret|The secret with which an OAuth client asks for a token by its own credentials.
sasl.oauthbearer.clock.skew.seconds|Seconds by which the clocks of a token's maker and of the broker may differ.
sasl.oauthbearer.expected.audience|Audiences of which a token has to name one; any unless set.
sasl.oauthbearer.expected.issuer|The issuer that a token has to name; any unless set.
sasl.oauthbearer.jwks.endpoint.refresh.ms|Milliseconds between two readings of the keys that tokens are verified by.
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms|Milliseconds at most between two tries to read the keys that tokens are verified by.
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms|Milliseconds before a failed try to read the keys that tokens are verified by is repeated.
sasl.oauthbearer.jwks.endpoint.url|Where the keys that tokens are verified by are read: a URL of http, https or file.
sasl.oauthbearer.jwt.retriever.class|The class that gets this node a token.
sasl.oauthbearer.jwt.validator.class|The class that judges the tokens of clients.
sasl.oauthbearer.scope|The scope that an OAuth client asks for; none unless set.
sasl.oauthbearer.scope.claim.name|The claim in which a token names its scope.
sasl.oauthbearer.sub.claim.name|The claim in which a token names its user.
sasl.oauthbearer.token.endpoint.url|Where an OAuth client gets its token: a URL of http, https or file.
sasl.server.callback.handler.class|The class that verifies what clients of a SASL mechanism send; it stands behind a listener and a mechanism.
sasl.server.max.receive.size|Bytes at most of a request before a client has authenticated.
security.inter.broker.protocol|The security protocol between brokers where inter.broker.listener.name is not set.
security.providers|Classes that provide security algorithms to the process.
segment.bytes|Size in bytes at which a log begins a new segment.
segment.index.bytes|Size in bytes of the offset index of a segment at most.
segment.jitter.ms|Milliseconds by which the start of new segments by time varies at most.
segment.ms|Milliseconds after which a log begins a new segment even if the last one is not full.
server.max.startup.time.ms|Milliseconds that a start may take before the node ends itself; as long as it takes unless set.
share.assignment.interval.ms|Milliseconds that lie at least between two assignments of a share group.
share.assignor.offload.enable|Whether the assignment of a share group is computed beside the coordinator's own thread.
share.auto.offset.reset|Where a new share group begins to read: latest, earliest or by_duration: and a period of ISO 8601.
share.coordinator.append.linger.ms|Milliseconds that a share coordinator collects records before it writes them; -1: as the load asks for.
share.coordinator.cached.buffer.max.bytes|Bytes of buffers that a share coordinator keeps for use again.
share.coordinator.cold.partition.snapshot.interval.ms|Milliseconds after which the state of a partition of a share group without traffic is written anew.
share.coordinator.load.buffer.size|Bytes of a batch in which a share coordinator reads its state at its start.
share.coordinator.snapshot.update.records.per.snapshot|Number of changes of a share group's state between two whole writes of it.
share.coordinator.state.topic.compression.codec|How the state of share groups is compressed, by the id of the codec: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
share.coordinator.state.topic.min.isr|Replicas in sync without which the state of share groups is not written.
share.coordinator.state.topic.num.partitions|Partitions of the topic of share groups' state; not to be changed once it is there.
share.coordinator.state.topic.prune.interval.ms|Milliseconds between two removals of what is superseded in share groups' state.
share.coordinator.state.topic.replication.factor|Replicas of the topic of share groups' state.
share.coordinator.state.topic.segment.bytes|Segment size in bytes of the topic of share groups' state.
share.coordinator.threads|Number of threads of the share coordinator.
share.coordinator.write.timeout.ms|Milliseconds that a write of a share coordinator waits for its replicas.
share.delivery.count.limit|How often a record is delivered to a share group at most.
share.fetch.purgatory.purge.interval.requests|Number of finished ShareFetch waits after which their purgatory is cleaned.
share.heartbeat.interval.ms|Milliseconds between two heartbeats of a member of a share group.
share.isolation.level|Whether a share group reads what transactions have not committed: read_uncommitted or read_committed.
share.partition.max.record.locks|Records of a partition that a share group holds at a time at most.
share.record.lock.duration.ms|Milliseconds that a consumer of a share group has for a record before another one gets it.
share.renew.acknowledge.enable|Whether a consumer of a share group may prolong its hold on a record.
share.session.timeout.ms|Milliseconds without a heartbeat after which a member of a share group is out.
socket.connection.setup.timeout.max.ms|Milliseconds at most that this node waits for a connection of its own, after failed tries.
socket.connection.setup.timeout.ms|Milliseconds that this node waits for a connection of its own at the first try.
socket.listen.backlog.size|Connections that may wait to be accepted by a listener.
socket.receive.buffer.bytes|Receive buffer in bytes of clients' sockets; -1: the system's own.
socket.request.max.bytes|Bytes at most of one request.
socket.send.buffer.bytes|Send buffer in bytes of clients' sockets; -1: the system's own.
ssl.allow.dn.changes|Whether a new certificate may name another subject than the one before.
ssl.allow.san.changes|Whether a new certificate may name other alternative names than the one before.
ssl.cipher.suites|The cipher suites that may be agreed on; empty: all of the runtime's.
ssl.client.auth|Whether clients of TLS need a certificate: required, requested or none.
ssl.enabled.protocols|The versions of TLS that may be agreed on.
ssl.endpoint.identification.algorithm|How a server's host name is compared with its certificate; empty: not at all.
ssl.engine.factory.class|The class that makes TLS engines; the built-in one unless set.
ssl.key.password|The password of the private key in the key store.
ssl.keymanager.algorithm|The algorithm of the key manager for TLS.
ssl.keystore.certificate.chain|The certificate chain of this node, as PEM text.
ssl.keystore.key|The private key of this node, as PEM text.
ssl.keystore.location|The file of the key store.
ssl.keystore.password|The password of the key store.
ssl.keystore.type|The format of the key store: JKS, PKCS12 or PEM.
ssl.principal.mapping.rules|Rules by which the subject of a client's certificate becomes a user name; DEFAULT takes it whole.
ssl.protocol|The version of TLS that a context is made for.
ssl.provider|The name of the security provider for TLS; the runtime's own unless set.
ssl.secure.random.implementation|The name of the source of randomness for TLS; the runtime's own unless set.
ssl.trustmanager.algorithm|The algorithm of the trust manager for TLS.
ssl.truststore.certificates|The certificates that are trusted, as PEM text.
ssl.truststore.location|The file of the trust store.
ssl.truststore.password|The password of the trust store; without one its content is not verified.
ssl.truststore.type|The format of the trust store: JKS, PKCS12 or PEM.
streams.acceptable.recovery.lag|Records that a copy of a task's state may be behind and still take the task at once.
streams.assignment.interval.ms|Milliseconds that lie at least between two assignments of a streams group.
streams.assignor.name|The assignor of a streams group; the coordinator's first unless set.
streams.assignor.offload.enable|Whether the assignment of a streams group is computed beside the coordinator's own thread.
streams.heartbeat.interval.ms|Milliseconds between two heartbeats of a member of a streams group.
streams.initial.rebalance.delay.ms|Milliseconds that an empty streams group waits for more members before it assigns for the first time.
streams.num.standby.replicas|Standby copies of each task's state in a streams group.
streams.num.warmup.replicas|Additional copies of state that a streams group warms up at a time before tasks move.
streams.rack.aware.assignment.tags|Tags of members by which standby copies are spread.
streams.session.timeout.ms|Milliseconds without a heartbeat after which a member of a streams group is out.
streams.task.offset.interval.ms|Milliseconds between two reports of a member on how far its tasks' state has come.
telemetry.max.bytes|Bytes at most of the metrics that a client pushes at a time, compressed.
transaction.abort.timed.out.transaction.cleanup.interval.ms|Milliseconds between two searches for transactions that have timed out.
transaction.max.timeout.ms|Milliseconds at most that a producer may ask for as the timeout of its transactions.
transaction.partition.verification.enable|Whether a partition takes transactional records only after the coordinator has confirmed their transaction.
transaction.remove.expired.transaction.cleanup.interval.ms|Milliseconds between two searches for transactional ids that are not used any more.
transaction.state.log.load.buffer.size|Bytes of a batch in which a transaction coordinator reads its state at its start.
transaction.state.log.min.isr|Replicas in sync without which the state of transactions is not written.
transaction.state.log.num.partitions|Partitions of the topic of transactions' state; not to be changed once it is there.
transaction.state.log.replication.factor|Replicas of the topic of transactions' state; it is not made while fewer brokers are there.
transaction.state.log.segment.bytes|Segment size in bytes of the topic of transactions' state.
transaction.two.phase.commit.enable|Whether producers may keep transactions open for the sake of a two-phase commit elsewhere.
transactional.id.expiration.ms|Milliseconds without use after which a transactional id is forgotten.
unclean.leader.election.enable|Whether a replica that is not in sync may become leader when nobody else is there: records may be lost.
unclean.leader.election.interval.ms|Milliseconds between two looks of the controller for partitions that may elect a leader that is not in sync.
unstable.api.versions.enable|Whether API versions that are still in development are served.
unstable.feature.versions.enable|Whether feature levels that are still in development may be used.
`

let texts: ReadonlyMap<string, string> | undefined

/** What a config is for; null for one that nobody knows. */
export function documentationOf(name: string): string | null {
  texts ??= new Map(lines.trim().split('\n').map(entryOf))
  return texts.get(name) ?? null
}

function entryOf(line: string): [string, string] {
  const at = line.indexOf('|')
  return [line.slice(0, at), line.slice(at + 1)]
}
