// Produce, with the raw clients: the grid of record sizes, batches, acks and partitions.

const records = [
  { name: '100 B', bytes: 100 },
  { name: '1 KB', bytes: 1024 },
  { name: '10 KB', bytes: 10_240 },
]
const batches = [
  { name: '16 KB', bytes: 16_384 },
  /** Below message.max.bytes with its header and the records' own bytes. */
  { name: '1 MB', bytes: 1_000_000 },
]
const acknowledgements = [
  { name: '1', value: 1 },
  { name: 'all', value: -1 },
]

export function produceRows({ clients }) {
  return [
    ...batches.flatMap((batch) =>
      records.flatMap((record) =>
        acknowledgements.flatMap((acks) =>
          [1, 6].map((partitions) => row({ record, batch, acks, partitions, connections: 1 })),
        ),
      ),
    ),
    // Apache Kafka handles one request of a connection at a time: more connections show what it can do beside.
    ...batches.flatMap((batch) =>
      acknowledgements.map((acks) => row({ record: records[1], batch, acks, partitions: 6, connections: 4 })),
    ),
  ]

  function row({ record, batch, acks, partitions, connections }) {
    const places = `${partitions} partition${partitions === 1 ? '' : 's'}`
    const beside = connections > 1 ? `, ${connections} connections` : ''
    return {
      section: 'Produce',
      partitions,
      figures: [
        {
          key: 'megabytesPerSecond',
          title: `records of ${record.name}, batches of ${batch.name}, acks=${acks.name}, ${places}${beside}`,
          unit: 'MB/s',
          better: 'more',
        },
      ],
      measure: ({ address, topic, limits }) =>
        clients.run('produce', {
          ...address,
          topic,
          partitions,
          record: record.bytes,
          batch: batch.bytes,
          acks: acks.value,
          inflight: 5,
          connections,
          seconds: limits.seconds,
          bytes: limits.bytes,
        }),
    }
  }
}
