import type { Row } from './exposition.ts'

/** Rows as Prometheus reads them. The library is loaded when somebody asks. */
export async function prometheusText(rows: readonly Row[]): Promise<string> {
  const { Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  const byName = new Map<string, Row[]>()
  for (const row of rows) {
    const list = byName.get(row.name)
    if (list) list.push(row)
    else byName.set(row.name, [row])
  }
  for (const [name, ofName] of byName) {
    const labelNames = [...new Set(ofName.flatMap(({ labels }) => Object.keys(labels)))]
    const collect = (): void => {
      for (const { labels, value } of ofName) gauge.set(labels, value)
    }
    // What grows, too, is a number of the moment to the JMX exporter.
    const gauge: InstanceType<typeof Gauge> = new Gauge({
      name,
      help: name,
      labelNames,
      registers: [registry],
      collect,
    })
  }
  return registry.metrics()
}
