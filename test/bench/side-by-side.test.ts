import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from '../source-tree.ts'

// The pure parts of the benchmark: from figures to tables and plots. The scripts have no types.

const load = (file: string) => import(join(root, 'bench', file))
const { format, median, ratioOfMedians, withSpread } = await load('statistics.mjs')
const { advantage, documentOf, indexOf } = await load('side-by-side/document.mjs')
const { axisOf, plotOf } = await load('side-by-side/plot.mjs')
const { hasSettled, judge } = await load('soak-judgement.mjs')
const { writeResult } = await load('side-by-side/files.mjs')
const { consumedMegabytesPerSecond, producedRecordsPerSecond } = await load(
  'side-by-side/everyday-clients.mjs',
)

const faster = {
  section: 'Produce',
  title: 'batches <of> 16 KB',
  unit: 'MB/s',
  better: 'more',
  sluice: [300, 100, 200],
  kafka: [100, 50, 40],
  notes: [],
}
const slower = {
  section: 'Starts',
  title: 'a restart',
  unit: 'ms',
  better: 'less',
  sluice: [400],
  kafka: [100],
  notes: ['Sluice: once'],
}
const alone = {
  section: 'Starts',
  title: 'the other way',
  unit: 'ms',
  better: 'less',
  sluice: [],
  kafka: [7],
  notes: ['Sluice: not served'],
}
const result = {
  date: '2001-02-03',
  command: 'npm run bench -- --side-by-side',
  rounds: 3,
  quick: false,
  tookSeconds: 1800,
  versions: {
    sluice: '0.1.0 (abc)',
    kafka: '4.4.0',
    tools: '4.3.1',
    node: '20',
    java: '17',
    clients: 'C (cc)',
  },
  machine: {
    cpu: 'Example',
    cores: 2,
    isVirtual: true,
    memoryGiB: 24,
    kernel: 'Linux 6',
    fileSystem: 'ext4',
    loadBefore: 0.25,
  },
  stolenShare: 0.012,
  failures: [],
  lines: [faster, slower, alone],
}

describe('figures', () => {
  it('are medians with their spread', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeUndefined()
    expect(withSpread([300, 100, 200])).toBe('200 (100–300)')
    expect(withSpread([7])).toBe('7.00')
    expect(withSpread([undefined])).toBe('–')
  })

  it('show three digits that count', () => {
    expect([12_345.6, 123.4, 12.34, 1.234, 0.0123].map(format)).toEqual([
      '12,346',
      '123',
      '12.3',
      '1.23',
      '0.012',
    ])
  })

  it('compare by their medians, and better is more than one whichever way they count', () => {
    expect(ratioOfMedians(faster.sluice, faster.kafka)).toBe(4)
    expect(advantage(faster)).toBe(4)
    expect(advantage(slower)).toBe(0.25)
    expect(advantage(alone)).toBeUndefined()
  })
})

describe('the document', () => {
  const text: string = documentOf(result, 'example.svg')

  it('has a table for each section with medians, spread and ratio', () => {
    expect(text).toContain('## Produce')
    expect(text).toContain('| batches <of> 16 KB | MB/s ↑ | 200 (100–300) | 50.0 (40.0–100) | 4.00 × |')
    expect(text).toContain('| a restart [1] | ms ↓ | 400 | 100 | 4.00 × |')
    expect(text).toContain('| the other way [2] | ms ↓ | – | 7.00 | – |')
    expect(text).toMatch(/\[1\] Sluice: once\. {2}\n\[2\] Sluice: not served\./)
  })

  it('says with which command, versions and machine', () => {
    for (const part of [result.command, '0.1.0 (abc)', '4.3.1', '2 × Example (a virtual machine), 24 GiB'])
      expect(text).toContain(part)
    expect(text).toContain("load average 0.250 before the run; 1.2 % of the cores' time")
  })

  it('says whether anything was warmed up', () => {
    expect(text).toContain('a first round of short runs warms up')
    expect(documentOf({ ...result, quick: true })).toContain('Nothing was warmed up')
  })

  it('names the runs that failed', () => {
    expect(text).not.toContain('Failed runs')
    const failed: string = documentOf({ ...result, failures: ['Fetch: gone\n    at a place'] })
    expect(failed).toContain('## Failed runs\n\n- Fetch: gone\n')
  })
})

describe('a result of several sides', () => {
  const line = { section: 'Produce', title: 'three', unit: 'MB/s', better: 'more', notes: [] }
  const sides = [
    { side: 'inline', name: 'Inline' },
    { side: 'process', name: 'Processes' },
    { side: 'kafka', name: 'Apache Kafka' },
  ]
  const three = {
    ...result,
    sides,
    lines: [{ ...line, inline: [300], process: [50], kafka: [100] }],
    how: '## Three',
  }

  it('has a column for each, and a ratio for each of ours', () => {
    const text: string = documentOf(three)
    expect(text).toContain(
      '| work | unit | Inline | Processes | Apache Kafka | Inline: ratio | Processes: ratio |',
    )
    expect(text).toContain('| three | MB/s ↑ | 300 | 50.0 | 100 | 3.00 × | 0.50 × |')
    expect(text).toContain('## Three')
  })

  it('counts each of ours in the index', () => {
    expect(indexOf([{ ...three, name: 'three' }])).toContain('1 of 2')
  })
})

describe('a soak', () => {
  it('counts from when four minutes have not been above the first of them, for a heap grows in steps', () => {
    expect(hasSettled([[100, 110]])).toBe(false)
    expect(hasSettled([[100], [120], [121]])).toBe(false)
    expect(hasSettled([[100], [100], [120], [121], [120]])).toBe(false)
    expect(hasSettled([[100], [120], [121], [119], [122]])).toBe(true)
  })

  it('is flat unless the last third is above the first one by more than a twentieth', () => {
    expect(judge([100, 101, 99, 140, 150, 100, 104, 103, 105])).toEqual({
      first: 100,
      last: 104,
      most: 150,
      isFlat: true,
    })
    expect(judge([100, 100, 100, 103, 103, 103, 106, 106, 106])).toMatchObject({ isFlat: false })
  })
})

describe('the plot', () => {
  it('puts 1× between whole powers of ten, up to a hundred times', () => {
    const { ticks, x } = axisOf([0.02, 130])
    expect(ticks).toEqual([0.01, 0.1, 1, 10, 100])
    expect(x(1) - x(0.1)).toBeCloseTo(x(10) - x(1))
    expect(axisOf([1.5]).ticks).toEqual([0.1, 1, 10])
    expect(x(130)).toBe(x(100))
  })

  it('draws a bar for each row that both sides have, to the right where ours is better', () => {
    const svg: string = plotOf(result)
    const bars = [...svg.matchAll(/<rect class="(better|worse)" x="([\d.]+)" .*?width="([\d.]+)"/g)]
    expect(bars.map(([, kind]) => kind)).toEqual(['better', 'worse'])
    const one = Number(/class="one" x1="([\d.]+)"/.exec(svg)?.[1])
    expect(Number(bars[0]?.[2])).toBeCloseTo(one)
    expect(Number(bars[1]?.[2]) + Number(bars[1]?.[3])).toBeCloseTo(one)
    expect(svg).not.toContain('the other way')
  })

  it('says how far a bar goes on that is cut off', () => {
    const svg: string = plotOf({ ...result, lines: [{ ...faster, sluice: [500_000] }] })
    expect(svg).toContain('→ 10,000×</text>')
  })

  it('can be read without seeing it, in light and in dark', () => {
    const svg: string = plotOf(result)
    expect(svg).toContain('role="img" aria-labelledby="title desc"')
    expect(svg).toContain('batches &lt;of&gt; 16 KB, 4×.')
    expect(svg).toContain('prefers-color-scheme: dark')
  })
})

describe('files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-benchmarks-'))
  afterAll(() => rmSync(directory, { recursive: true }))

  it('are the figures, the document, the plot, and an index of all results, newest first', () => {
    writeResult(result, directory, '2001-02-03')
    writeResult({ ...result, lines: [slower] }, directory, '2001-02-04')
    expect(readdirSync(directory).sort()).toEqual(
      ['2001-02-03', '2001-02-04']
        .flatMap((name) => ['json', 'md', 'svg'].map((kind) => `${name}.${kind}`))
        .concat('README.md'),
    )
    const index = readFileSync(join(directory, 'README.md'), 'utf8')
    expect(index.match(/\[[\d-]+\]\([\d-]+\.md\).*/g)).toEqual([
      '[2001-02-04](2001-02-04.md) | 0.1.0 (abc) | 4.4.0 | 2 × Example | 0 of 1 |',
      '[2001-02-03](2001-02-03.md) | 0.1.0 (abc) | 4.4.0 | 2 × Example | 1 of 2 |',
    ])
    expect(index).toBe(
      indexOf([
        { ...result, name: '2001-02-03' },
        { ...result, lines: [slower], name: '2001-02-04', plot: '2001-02-04.svg' },
      ]),
    )
  })
})

describe('what load tools print', () => {
  it('gives the rate of the steady state', () => {
    const output = [
      '34936 records sent, 6974.6 records/sec (6.81 MB/sec), 2233.0 ms avg latency, 2806.0 ms max latency.',
      '300000 records sent, 10376.673239 records/sec (10.13 MB/sec), 2519.97 ms avg latency, 4802.00 ms max latency.',
      '225000 steady state records sent, 12168.081770 records/sec (11.88 MB/sec), 2175.47 ms avg latency.',
      '',
    ].join('\n')
    expect(producedRecordsPerSecond(output)).toBe(12_168.08177)
    expect(() => producedRecordsPerSecond('Exception\n')).toThrow('gave no rate')
  })

  it('gives the rate of fetching in megabytes of a million bytes', () => {
    const line = '2026-01-01 00:00:00:000, 2026-01-01 00:00:03:000, 57.2, 19.0, 58590, 19500.0, 2500, 500, '
    expect(consumedMegabytesPerSecond(`WARNING: something\n${line}100.0000, 117180.0\n`)).toBe(104.8576)
    expect(() => consumedMegabytesPerSecond(`${line}0.0000, 0.0000\n`)).toThrow('gave no rate')
  })
})
