import type { Explanation } from '@sluice/client'

/* Exceptions of the AWS APIs, states of clusters, and codes of our own, in plain words. */

/** A line a code: name | meaning | usual causes | what to do. */
const texts = `
BadRequestException | The request is not valid, or the cluster is not in a state for it. | A member that is missing, out of range or unknown; a change while another one is under way; a version that is not current. | invalidParameter names the member; describe the cluster for its state and currentVersion.
ClusterConnectivityException | The API could not reach the cluster's brokers. | None of its brokers runs or answers. | Describe the cluster; start its brokers.
ConflictException | A thing of this name is there, or is in use. | A name that is taken; a configuration that a cluster uses. | Take another name, or let go of it first.
ControllerMovedException | The cluster's controller changed during the call. | A controller that started anew. | Try again.
ForbiddenException | The caller may not do this. | No policy allows it, or one denies it, or it is another account's. | Look at the policies; the audit log names the decision.
GroupSubscribedToTopicException | A group reads the topic. | Its consumers run still. | Stop them first.
InternalServerErrorException | The service failed in a way that it did not foresee. | A bug. | Report it with the lines of the log.
KafkaRequestException | The brokers refused what the API asked of them. | The message has Kafka's own reason. | Look that code up here.
KafkaTimeoutException | The brokers did not answer in time. | They are busy, or too few run. | Try again; describe the cluster.
NotControllerException | The broker asked is not the controller. | The controller has changed. | Try again.
NotFoundException | There is no such thing. | An ARN misspelt, of another region, or of something deleted. | List what there is.
ReassignmentInProgressException | Partitions are being moved. | An earlier reassignment goes on. | Wait for it.
ServiceUnavailableException | It could not be done now. | The disk did not take the change, or nothing of the cluster answers. | The message says which; try again.
TooManyRequestsException | There are as many of these as there may be. | A quota of the account. | Delete what is not needed.
TopicExistsException | There is a topic of this name. | It was made before. | Use it, or another name.
UnauthorizedException | The request was not authenticated. | Credentials are missing or wrong. | Use those of \`sluice env\`.
UnknownTopicOrPartitionException | There is no such topic or partition. | A name misspelt, or a topic that was deleted. | List the topics.
AccessDenied | No policy allows the call, or one denies it (STS, CloudWatch). | Identity policies, a role's trust, or a session's policy. | \`sluice iam can\` tells which statement decides.
AccessDeniedException | No policy allows the call, or one denies it. | Identity policies, a resource's policy, or a session's policy. | \`sluice iam can\` tells which statement decides.
ExpiredTokenException | The session token is over. | Temporary credentials live for as long as AssumeRole said. | Ask STS for new ones.
IncompleteSignatureException | Parts of the signature are missing. | A header that a proxy took away, or a client that signs wrongly. | Send the request as the SDK makes it.
InvalidSignatureException | The signature does not fit the request. | A wrong secret key, a request changed on its way, a clock off by more than five minutes, another region or service. | Use the key of \`sluice env\`; look at the clock; \`sluice doctor\`.
MissingAuthenticationTokenException | The request carries no signature. | An unsigned call, or one for a path that is none of AWS's. | Sign it, or start with --accept-any-signature for development.
InternalServiceError | The service could not store it. | The disk did not take the change. | Free space; try again.
InvalidNextToken | The token of the page is not one of this operation (CloudWatch). | A token of another call, or one from before the service started anew. | Begin with the first page.
DryRunOperationException | The call would have been allowed. | It asked for no more than that. | Leave the dry run away.
ExpiredIteratorException | The shard iterator is too old. | One is good for five minutes. | Ask for another one.
ExpiredNextTokenException | The token of the page is too old. | One is good for five minutes. | Begin with the first page.
InternalFailureException | The service did not get it done. | The disk took it not, or a bug of ours. | Look at the log of the service, and try again.
InvalidArgumentException | A member of a call about streams is not valid. | Out of range, or two that exclude each other. | The message names it.
ProvisionedThroughputExceededException | A shard takes or gives no more for now. | More than 1 MiB or 1,000 records a second came in, more than 2 MiB or five reads a second went out, or more than five iterators. | Try again a little later, split the shard, or start the service with --stream-limits off.
ResourceInUseException | There is a stream of this name, or it is not ACTIVE. | It was made before, or a change of it is under way. | Use it, or wait until it is ACTIVE.
SerializationException | The body of the call cannot be read. | Not JSON, or a member of another type. | Use the SDK or the AWS CLI.
InvalidNextTokenException | The token of the page is not one of this operation. | A token of another call, or one from before the service started anew. | Begin with the first page.
InvalidParameterCombinationException | Members do not go together. | Two that exclude each other. | The message names them.
InvalidParameterException | A member is not valid. | Out of range, misspelt, or of another form. | The message names it.
InvalidParameterValueException | A member's value is not valid. | Out of range, or an unknown word. | The message names it.
InvalidRequestException | The thing is not in a state for this. | A secret that is marked for deletion. | Restore it first.
ThrottlingException | A queue has as many records in flight as it may have. | Receivers that acknowledge nothing, or whose visibility time-outs are long. | Acknowledge what is done, or wait until records are visible again.
LimitExceededException | There are as many of these as there may be. | A quota. | Delete what is not needed.
MalformedPolicyDocumentException | The policy of a secret cannot be read. | Not JSON, or not the grammar of policies. | Correct it.
MalformedPolicyDocument | The policy cannot be read. | Not JSON, or not the grammar of policies. | The message says where.
MissingRequiredParameterException | A member that has to be there is missing. | It was left out. | The message names it.
ObjectNotFoundException | There is no such scalable target or policy. | It was not registered, or was removed. | Describe what there is.
ResourceAlreadyExistsException | There is a log group or stream of this name. | It was made before. | Use it.
ResourceExistsException | There is a secret of this name, or the token stands for another value. | It was made before. | Put a new value into it.
ResourceNotFoundException | There is no such secret, log group, log stream or alarm. | A name misspelt, or it was deleted. | List what there is.
UnknownOperationException | The service has no such operation. | A path or target that is misspelt. | Use the SDK or the AWS CLI.
NotImplementedException | AWS has the operation and Sluice does not, or not this of it. | It is not built yet. | The README lists what is served.
UnsupportedMediaTypeException | The body is of a type that the API does not take. | curl -d without -H 'content-type: application/json'. | Say application/json.
RequestEntityTooLargeException | The body is larger than the API takes. | More than 1 MiB. | Send less at a time.
ValidationError | A member is not valid (STS). | Out of range, misspelt, or of another form. | The message names it.
ValidationException | A member is not valid. | Out of range, misspelt, or of another form. | The message names it.
CREATING | The cluster comes up. | It was made, or the service has just started with it. | \`sluice cluster wait NAME\`.
ACTIVE | The cluster serves. | Every broker runs and every replica is in sync, or was when it was looked at. | Nothing.
UPDATING | A change of the cluster is under way. | An update operation. | \`sluice cluster wait NAME\`; changes come one at a time.
REBOOTING_BROKER | A broker is started anew on request. | RebootBroker. | \`sluice cluster wait NAME\`.
HEALING | A part of the cluster does not run, and is being brought back. | A broker that died or was stopped on purpose, a full volume. | stateInfo says which.
DELETING | The cluster goes, with its data. | DeleteCluster. | \`sluice cluster wait NAME --gone\`.
FAILED | The cluster could not be made, or its record cannot be read. | stateInfo says why. | Mend that and start the service again, or delete the cluster.
ACCESS_KEYS_INVALID | access-keys.json cannot be used. | It was edited, or is not JSON. | Mend or move the file.
AUTHORITY_UNUSABLE | The local certificate authority cannot be used. | Its key or certificate is damaged or gone. | Move the directory authority/ away: a new one is made, and clients have to trust it.
AWS_CLI_MISSING | There is no command aws. | The AWS CLI is not installed, or not on the PATH. | Install it.
BROKERS_JOIN | Brokers of an older directory are joining. | A cluster that ran one broker is brought to what it asked for. | Wait.
BROKERS_SILENT | None of the cluster's brokers answers. | They start, hang or are cut off. | Look at their logs in logs/server.log.
BROKER_FAILED | A broker stopped by itself. | A bug, the disk, or somebody who ended its process. | It is started again; its log says why.
CONTROLLER_FAILED | A controller stopped by itself. | A bug, the disk, or somebody who ended its process. | It is started again; its log says why.
ZOOKEEPER_FAILED | A ZooKeeper node stopped by itself. | The disk, or somebody who ended its process. | It is started again; its log says why.
BROKER_HOLDS_PARTITIONS | A broker that shall leave holds partitions still. | Topics of users that were not moved. | Reassign them to the others first.
BROKER_NOT_HELD | The broker could not be stopped or started. | The cluster does not run, has no such broker, or is being changed. | Describe the cluster.
BROKER_STOPPED | A broker is stopped on purpose. | \`sluice broker stop\`. | \`sluice broker start CLUSTER BROKER\`.
CACHE_DIRECTORY_UNKNOWN | There is no place for downloads. | HOME is not set. | Set HOME or XDG_CACHE_HOME.
CLUSTER_EXISTS | There is a cluster of this name. | It was made before. | Take another name.
CLUSTER_FAILED | The cluster is FAILED. | Its stateInfo says why. | Mend that, start the service again, or delete it.
CLUSTER_NOT_READY | The cluster was not ready in time. | Its brokers do not come up. | Its stateInfo and the brokers' logs say why.
CLUSTER_UNKNOWN | There is no cluster of this name. | A name misspelt, or another data directory. | \`sluice cluster list\`.
CODE_UNKNOWN | Nothing is known by this name. | A code misspelt, or of something else. | \`sluice explain\` lists them all.
CONFIG_INVALID | config.json cannot be used. | Not JSON, an unknown member, or a value of another kind. | The message names it.
CREATION_FAILED | The cluster could not be made. | What stood in the way five times. | Its stateInfo says what; delete it and try again.
CREDENTIALS_INVALID | credentials.json cannot be used. | It was edited, or cut short. | Move it away: a new key is made.
CREDENTIALS_MISSING | credentials.json is gone. | Somebody removed it while the service runs. | Start the service anew.
DATA_DIRECTORY_IN_USE | Another service runs on this data directory. | Two starts at once. | Stop the other one, or take another --data-dir.
DATA_DIRECTORY_LOST | The data directory was removed while the service ran. | Somebody deleted or moved it. | Start anew.
DISK_FAILING | A broker's disk does not take or give records. | It is full, read-only, or fails. | Free space, or mend the disk; the broker goes on by itself.
FAULT | What goes wrong on purpose was not understood. | A fault that contradicts itself. | \`sluice fault add --help\`.
IDENTITIES_INVALID | iam.json cannot be used. | Not JSON, or a policy that is none. | The message names the place; the last good one stays in force.
JAVA_MISSING | There is no Java. | Apache Kafka as an engine needs one. | Install Java 17 or later, or use --engine embedded.
JAVA_TOO_OLD | The Java found is too old. | Apache Kafka 4 needs Java 17. | Install a later one, or set JAVA_HOME.
KAFKA_CHECKSUM_MISMATCH | What was downloaded of Apache Kafka is not what it should be. | A download cut short, or a file that was changed. | Remove it from the cache and try again.
KAFKA_DISTRIBUTION_UNAVAILABLE | Apache Kafka could not be had. | No network, and no tarball or Maven repository that has it. | The message says where a file can be put.
KAFKA_HOME_INVALID | KAFKA_HOME is no distribution of Apache Kafka. | A wrong path. | Correct or unset it.
KAFKA_VERSION_UNKNOWN | There is no such version for this engine. | A name misspelt. | \`aws kafka list-kafka-versions\`.
LOSS_FOUND | A broker found records lost when it started. | A disk that lost what it had confirmed, files removed by hand. | stateInfo says which; replicas elsewhere may have them.
MAVEN_MISSING | There is no Maven. | Apache Kafka's jars come by it where no tarball is there. | Install Maven, or set KAFKA_HOME.
METADATA_DAMAGED | The cluster's metadata is broken or gone in part. | Files of controller/ removed or damaged. | Restore them, or start with --accept-metadata-loss NAME.
NEWER_FORMAT | A file of the data directory is of a newer build. | An older build was started on it. | Start the newer one again; neither repair nor remove the file.
NEVER_STARTED | This data directory has never been started. | Another directory is meant. | Give --data-dir.
MSK_CLUSTER | The brokers of a test have not become a cluster of the MSK API. | One of them has stopped or cannot be reached. | The error tells what the cluster says of itself.
OLDER_SERVICE | The service that runs is of an older build than the command. | Sluice was updated while it ran. | Stop it and start it again: clusters and records stay.
NOT_ALL_SERVED | Some of what the cluster asks for is described alone. | Parts of MSK that are not built yet. | stateInfo names them.
NOT_AS_CONFIGURED | Something of the cluster is not as it was asked for. | Trust, logs or properties that cannot be as they are set. | stateInfo says which.
NOT_EMBEDDED | This is for clusters of the embedded engine. | Another engine runs it. | Nothing.
NO_CLUSTER | The service has no cluster. | None was made, or all were deleted. | Make one: \`sluice cluster create NAME\`.
NO_LOG | The service keeps no log in its data directory. | It runs in a terminal, which has what it writes. | Start it with \`up\`, or look at the terminal.
NOT_INSTALLED | The system was not told to trust the local authority. | A command of the system that failed, or a system that keeps its authorities elsewhere. | The message says which; add the file by hand.
NOT_AN_EXPORT | The file is none that \`export\` or \`snapshot save\` has written. | Records without the line of their topic, or another kind of file. | Export it again; records alone are written by \`produce --ndjson\`.
NO_SUCH_LISTENER | The cluster has no listener of that kind. | It was made without that way to log in, or none of its brokers runs. | Take another --login, or wait until it is ACTIVE.
UNREADABLE | A file could not be read. | A path misspelt, or one that this user may not read. | Name another file.
CONNECTION_CLOSED | A broker closed the connection. | A listener that encrypts, or wants a login, and a client that does neither; a broker that stopped. | Give --tls, or --sasl; see whether the broker runs.
NOT_INLINE | What was asked for is done in the service's own process, and no broker is there. | Clusters whose nodes have processes of their own. | Make a cluster with the embedded engine that is hosted inline.
TAP | Nobody listens so. | A session that is over, an API that Kafka does not have, or too many who listen. | Begin anew; the message says what.
TAP_FILE | A file of what was heard cannot be used. | Another file, or half of one. | Name one that \`sluice tap --out\` has written.
NOT_FOR_DEVELOPMENT | The service was not started for development. | Faults need --accept-any-signature. | Start it so.
NOT_HEALTHY | The cluster is not healthy yet. | A replica is behind, or a node does not run. | Wait; stateInfo says what is missing.
GIVEN_BROKERS | The brokers of this cluster belong to a test. | Its server was started with \`msk: true\`; their number stays, and who has stopped one starts it. | Start it where it was stopped, or make another cluster by the API.
QUORUM_FAILED | The start of a broker was called off. | The controller or ZooKeeper node that it waits for has died. | Wait: that one is started first, then the broker.
NOT_WRITTEN | A file could not be written. | Rights, or a full disk. | Choose another place.
NO_AUTHORITY | There is no local certificate authority yet. | No cluster has needed one, and nobody has asked the AWS endpoint for TLS. | Start the service once with a cluster, or run \`sluice env --https\`.
PROCESS_NOTE_INVALID | What is noted of a node's process cannot be read. | A file cut short. | Remove the process.json that it names, once no such process runs.
RECONCILE_FAILED | A step for the cluster failed and is tried again. | stateInfo says what stood in the way. | Mend that.
REGION_DIFFERS | The data directory is in another region. | ARNs carry their region. | Leave --region away, or take another directory.
SERVICE_RUNNING | The service runs. | This is for one that is stopped. | Stop it first.
SERVICE_STARTING | The service starts still. | It was started a moment ago. | Wait a little.
START_FAILED | The service ended while it started. | The lines above it, and sluice.log, say why. | Mend that.
STATE_FILE_INVALID | service.json, or streams/account.json, cannot be read. | It was edited, or cut short. | Remove it while no service runs.
STILL_RUNNING | Something runs that must not for this. | The service, or nodes that one left behind. | Stop it first.
STOP_TIMEOUT | The service did not stop in time. | A broker that hands over its partitions slowly, or hangs. | Wait, or end its process by its pid.
UPDATE_FAILED | A change of the cluster failed and was taken back. | A property that keeps brokers from starting, a version that does not fit. | The operation's errorInfo says why.
VOLUME_FULL | The volume of a broker is full. | More is produced than retention removes. | Grow it: \`sluice cluster update NAME --volume-size-gb N\`, or delete topics.
WAITED_TOO_LONG | What was waited for has not come in time. | It is on its way, or something is in the way. | Wait longer with --timeout; describe the cluster.
`

export const serviceExplanations: ReadonlyMap<string, Explanation> = new Map(
  texts
    .trim()
    .split('\n')
    .map((line): [string, Explanation] => {
      const [name = '', meaning = '', causes = '', next = ''] = line.split(' | ')
      return [name, { meaning, causes, next }]
    }),
)
