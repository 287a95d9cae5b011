/** A log group as it is kept in `<data>/log-groups/<uuid>/group.json`. */
export interface LogGroupRecord {
  formatVersion: 1
  /** `arn:aws:logs:<region>:<account>:log-group:<name>`. */
  arn: string
  uuid: string
  name: string
  createdAtMs: number
  /** How long events are kept; null: as long as there is room. */
  retentionDays: number | null
  kmsKeyId: string | null
  logGroupClass: string
  tags: Record<string, string>
}
