import { expect, it } from 'vitest'
import { prometheusText } from './prometheus-text.ts'

it('tells what counts from what is of the moment, as the exporters do', async () => {
  const text = await prometheusText([
    { name: 'node_cpu_seconds_total', labels: { cpu: '0', mode: 'idle' }, value: 12.5 },
    { name: 'node_cpu_seconds_total', labels: { cpu: '1', mode: 'idle' }, value: 7 },
    { name: 'node_load1', labels: {}, value: 0.5 },
  ])
  expect(text.split('\n').filter((line) => !line.startsWith('# HELP'))).toEqual([
    '# TYPE node_cpu_seconds_total counter',
    'node_cpu_seconds_total{cpu="0",mode="idle"} 12.5',
    'node_cpu_seconds_total{cpu="1",mode="idle"} 7',
    '',
    '# TYPE node_load1 gauge',
    'node_load1 0.5',
    '',
  ])
})
