import type { ChangeRecord, ClusterRecord } from '../clusters/cluster-record.ts'

/** What MSK knows of a policy. It has one metric to follow, and volumes never shrink. */
export interface ScalingPolicyRecord {
  arn: string
  name: string
  createdAtMs: number
  /** Percent of a volume. */
  targetValue: number
  /** As they were given; volumes grow once in six hours, whatever they say. */
  scaleOutCooldown: number | null
  scaleInCooldown: number | null
  disableScaleIn: boolean | null
}

/** One time that volumes were made larger. */
export interface ScalingActivityRecord {
  id: string
  startedAtMs: number
  /** The change of the cluster that it has begun. */
  changeUuid: string
  fromGiB: number
  toGiB: number
  percent: number
  policyName: string
}

/** A cluster whose volumes may be scaled, as it is kept in `<data>/scalable-targets/<uuid>.json`. */
export interface ScalableTargetRecord {
  formatVersion: 1
  arn: string
  uuid: string
  /** The cluster's. */
  name: string
  createdAtMs: number
  clusterArn: string
  minGiB: number
  maxGiB: number
  roleArn: string
  isSuspended: { scaleIn: boolean; scaleOut: boolean; scheduled: boolean }
  policy: ScalingPolicyRecord | null
  /** Oldest first. */
  activities: ScalingActivityRecord[]
  tags: Record<string, string>
}

/** What has become of an activity. */
export function outcomeOf(
  { changeUuid }: ScalingActivityRecord,
  cluster: ClusterRecord | undefined,
): Pick<ChangeRecord, 'endedAtMs' | 'error'> & { status: 'InProgress' | 'Successful' | 'Failed' } {
  const change = cluster?.changes.find(({ uuid }) => uuid === changeUuid)
  if (!change) return { status: 'Successful', endedAtMs: null, error: null }
  const { endedAtMs, error, state } = change
  const status = endedAtMs === null ? 'InProgress' : state === 'UPDATE_COMPLETE' ? 'Successful' : 'Failed'
  return { status, endedAtMs, error }
}
