import type { Row } from './exposition.ts'

/** Rows as Prometheus reads them. The library is loaded when somebody asks. */
export async function prometheusText(rows: readonly Row[]): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  const byName = new Map<string, Row[]>()
  for (const row of rows) {
    const list = byName.get(row.name)
    if (list) list.push(row)
    else byName.set(row.name, [row])
  }
  for (const [name, ofName] of byName) {
    const labelNames = [...new Set(ofName.flatMap(({ labels }) => Object.keys(labels)))]
    // What grows, too, is a number of the moment to the JMX exporter, but not to the node exporter.
    const Metric = name.endsWith('_total') ? Counter : Gauge
    const metric = new Metric({ name, help: name, labelNames, registers: [registry] })
    for (const { labels, value } of ofName) metric.inc(labels, value)
  }
  return registry.metrics()
}
