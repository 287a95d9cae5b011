/** What limits and metrics count of a record: its data and its partition key, in UTF-8. */
export function recordBytes({ data, partitionKey }: { data: Uint8Array; partitionKey: string }): number {
  return data.length + Buffer.byteLength(partitionKey)
}

export function recordsBytes(records: readonly { data: Uint8Array; partitionKey: string }[]): number {
  return records.reduce((sum, record) => sum + recordBytes(record), 0)
}
