import { ShareSnapshotRecord } from './records/share-group-state/00-share-snapshot.ts'
import { ShareUpdateRecord } from './records/share-group-state/01-share-update.ts'

/** The records of `__share_group_state`. */
export const shareGroupStateRecords = [ShareSnapshotRecord, ShareUpdateRecord] as const
