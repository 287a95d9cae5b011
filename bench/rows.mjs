// The rows of the table: what load, what figure, and what is wanted of it against Apache Kafka.

const partitions = 6
const small = { record: 1024, batch: 16_384 }
/** Below message.max.bytes with its header and the records' own bytes. */
const large = { record: 1024, batch: 1_000_000 }
const single = { record: 100, batch: 100 }

/** How long and how much a run may be. */
const full = { seconds: 3, bytes: 400e6, fill: 300e6, latencySeconds: 4 }
const quick = { seconds: 0.5, bytes: 100e6, fill: 40e6, latencySeconds: 0.5 }

/**
 * A row: `topic` is how many partitions its topic has, `measure` gives the figures of one run by their keys,
 * `figures` are those that become lines of the table.
 */
export function tableRows(clients, isQuick) {
  const limits = isQuick ? quick : full
  return [
    produceRow(
      'produce, 16 KB batches, one connection',
      { ...small, inflight: 5, connections: 1 },
      '≥ 3.8 ×',
      'stream16k',
    ),
    produceRow(
      'produce, 16 KB batches, four connections',
      { ...small, inflight: 5, connections: 4 },
      '≥ 2.5 ×',
      'stream16k',
    ),
    produceRow('produce, 1 MB batches', { ...large, inflight: 5, connections: 1 }, '≥ 2.5 ×', 'stream1m'),
    requestsRow('small requests, 64 in flight, one connection', 1, '≥ 9 ×'),
    requestsRow('small requests, 64 in flight, four connections', 4, '≥ 5.5 ×'),
    fetchRow('fetch, 1 MB batches', large, '≥ 1.0 ×', 'stream1m'),
    fetchRow('fetch, 16 KB batches', small, '≥ 1.4 ×', 'stream16k'),
    latencyRow(1000, { p50Ms: '≤ 0.4 ×', p99Ms: '≤ 0.2 ×' }),
    latencyRow(10_000, { p50Ms: '< 0.15 ms', p99Ms: '< 1 ms' }),
  ]

  function produceRow(title, load, wanted, yardstick) {
    return {
      partitions,
      figures: [{ title, key: 'megabytesPerSecond', unit: 'MB/s', wanted, yardstick }],
      measure: (at) =>
        clients.run('produce', { ...at, partitions, ...load, seconds: limits.seconds, bytes: limits.bytes }),
    }
  }

  function requestsRow(title, connections, wanted) {
    return {
      partitions,
      figures: [{ title, key: 'requestsPerSecond', unit: 'requests/s', wanted, yardstick: 'echo64' }],
      measure: (at) =>
        clients.run('produce', {
          ...at,
          partitions,
          ...single,
          inflight: 64,
          connections,
          seconds: limits.seconds,
        }),
    }
  }

  function fetchRow(title, load, wanted, yardstick) {
    return {
      partitions,
      figures: [{ title, key: 'megabytesPerSecond', unit: 'MB/s', wanted, yardstick }],
      measure: async (at) => {
        // No warm-up: every record that is written counts.
        const { records } = await clients.run('produce', {
          ...at,
          partitions,
          ...load,
          seconds: 30,
          bytes: limits.fill,
          warmup: 0,
        })
        return clients.run('fetch', { ...at, partitions, records, seconds: limits.seconds })
      },
    }
  }

  function latencyRow(rate, wanted) {
    const title = `produce to consume, ${rate.toLocaleString('en')} single-record requests a second`
    const line = (name, key) => ({
      title: `${title}, ${name}`,
      key,
      unit: 'ms',
      wanted: wanted[key],
      yardstick: 'echo1',
    })
    return {
      partitions: 1,
      figures: [line('p50', 'p50Ms'), line('p99', 'p99Ms'), line('p99.9', 'p999Ms')],
      measure: (at) =>
        clients.run('latency', { ...at, rate, count: Math.round(rate * limits.latencySeconds) }),
    }
  }
}

/** The machine's own loopback in the same run, without a broker: rates, and the time of one exchange. */
export async function measureLoopback(clients, isQuick) {
  const seconds = isQuick ? 0.3 : 1
  const stream = async (chunk) =>
    (await clients.run('loopback', { mode: 'stream', chunk, seconds })).megabytesPerSecond
  const echo = async (inflight) =>
    (await clients.run('loopback', { mode: 'echo', chunk: 230, inflight, seconds })).chunksPerSecond
  return {
    stream16k: await stream(16_384),
    stream1m: await stream(1_000_000),
    echo64: await echo(64),
    echo1: 1000 / (await echo(1)),
  }
}
