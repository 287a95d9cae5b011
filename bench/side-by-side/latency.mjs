// From the moment when a record was due to the moment when a consumer has it, with the raw clients, acks=1.

const recordBytes = 100

export function latencyRows({ clients }) {
  return [
    row(1000, 1, '1,000 records a second'),
    row(10_000, 10, '10,000 records a second, ten a request'),
    row(10_000, 1, '10,000 records a second, one a request'),
  ]

  function row(rate, each, title) {
    const figure = (name, key) => ({ key, title: `${title}, ${name}`, unit: 'ms', better: 'less' })
    return {
      section: 'Produce to consume',
      partitions: 1,
      figures: [figure('p50', 'p50Ms'), figure('p99', 'p99Ms'), figure('p99.9', 'p999Ms')],
      measure: ({ address, topic, limits }) =>
        clients.run('latency', {
          ...address,
          topic,
          rate,
          each,
          record: recordBytes,
          count: Math.round(rate * limits.latencySeconds),
        }),
    }
  }
}
