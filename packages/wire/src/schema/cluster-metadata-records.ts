import { RegisterBrokerRecord } from './records/cluster-metadata/00-register-broker.ts'
import { UnregisterBrokerRecord } from './records/cluster-metadata/01-unregister-broker.ts'
import { TopicRecord } from './records/cluster-metadata/02-topic.ts'
import { PartitionRecord } from './records/cluster-metadata/03-partition.ts'
import { ConfigRecord } from './records/cluster-metadata/04-config.ts'
import { PartitionChangeRecord } from './records/cluster-metadata/05-partition-change.ts'
import { FenceBrokerRecord } from './records/cluster-metadata/07-fence-broker.ts'
import { UnfenceBrokerRecord } from './records/cluster-metadata/08-unfence-broker.ts'
import { RemoveTopicRecord } from './records/cluster-metadata/09-remove-topic.ts'
import { DelegationTokenRecord } from './records/cluster-metadata/10-delegation-token.ts'
import { UserScramCredentialRecord } from './records/cluster-metadata/11-user-scram-credential.ts'
import { FeatureLevelRecord } from './records/cluster-metadata/12-feature-level.ts'
import { ClientQuotaRecord } from './records/cluster-metadata/14-client-quota.ts'
import { ProducerIdsRecord } from './records/cluster-metadata/15-producer-ids.ts'
import { BrokerRegistrationChangeRecord } from './records/cluster-metadata/17-broker-registration-change.ts'
import { AccessControlEntryRecord } from './records/cluster-metadata/18-access-control-entry.ts'
import { RemoveAccessControlEntryRecord } from './records/cluster-metadata/19-remove-access-control-entry.ts'
import { NoOpRecord } from './records/cluster-metadata/20-no-op.ts'
import { ZkMigrationStateRecord } from './records/cluster-metadata/21-zk-migration-state.ts'
import { RemoveUserScramCredentialRecord } from './records/cluster-metadata/22-remove-user-scram-credential.ts'
import { BeginTransactionRecord } from './records/cluster-metadata/23-begin-transaction.ts'
import { EndTransactionRecord } from './records/cluster-metadata/24-end-transaction.ts'
import { AbortTransactionRecord } from './records/cluster-metadata/25-abort-transaction.ts'
import { RemoveDelegationTokenRecord } from './records/cluster-metadata/26-remove-delegation-token.ts'
import { RegisterControllerRecord } from './records/cluster-metadata/27-register-controller.ts'
import { ClearElrRecord } from './records/cluster-metadata/28-clear-elr.ts'
import { UnregisterControllerRecord } from './records/cluster-metadata/29-unregister-controller.ts'

/** The records of `__cluster_metadata`, by rising type. */
export const metadataRecords = [
  RegisterBrokerRecord,
  UnregisterBrokerRecord,
  TopicRecord,
  PartitionRecord,
  ConfigRecord,
  PartitionChangeRecord,
  FenceBrokerRecord,
  UnfenceBrokerRecord,
  RemoveTopicRecord,
  DelegationTokenRecord,
  UserScramCredentialRecord,
  FeatureLevelRecord,
  ClientQuotaRecord,
  ProducerIdsRecord,
  BrokerRegistrationChangeRecord,
  AccessControlEntryRecord,
  RemoveAccessControlEntryRecord,
  NoOpRecord,
  ZkMigrationStateRecord,
  RemoveUserScramCredentialRecord,
  BeginTransactionRecord,
  EndTransactionRecord,
  AbortTransactionRecord,
  RemoveDelegationTokenRecord,
  RegisterControllerRecord,
  ClearElrRecord,
  UnregisterControllerRecord,
] as const
