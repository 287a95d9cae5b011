// The result as Markdown: what was measured, with what, on what. A pure function of the result.
import { tableOf } from '../report.mjs'
import { format, formatRatio, ratioOfMedians, withSpread } from '../statistics.mjs'

const signs = { more: '↑', less: '↓' }

/** What a result compares whose file does not say it. */
const twoSides = [
  { side: 'sluice', name: 'Sluice' },
  { side: 'kafka', name: 'Apache Kafka' },
]

/** What ran: `side` is where a line has its figures, `name` the head of their column. */
export const sidesOf = ({ sides }) => sides ?? twoSides
const oursOf = (sides) => sides.filter(({ side }) => side !== 'kafka')

/** `result`: see run.mjs. `plot`: the name of the plot's file, in the same directory; none is no plot. */
export function documentOf(result, plot) {
  const { versions, machine } = result
  return `${[
    `# Sluice beside Apache Kafka, ${result.date}`,
    [
      `One run of \`${result.command}\`: all on the same machine at the same time, under the same load clients, in`,
      `alternating order. Medians of ${rounds(result.rounds)} (least–most). Ratios are Sluice : Apache Kafka; ↑ more is`,
      'better, ↓ less is better.',
    ].join(' '),
    ...(plot ? [`![Ratios of all rows, on a logarithmic axis](${plot})`] : []),
    tableOf([
      ['with', ''],
      ['Sluice', versions.sluice],
      ['Apache Kafka', `${versions.kafka}; its tools ${versions.tools}`],
      ['Node', versions.node],
      ['Java', versions.java],
      ['raw load clients', versions.clients],
      ['machine', machineText(machine)],
      ['other load', otherLoad(result)],
      ['took', `${Math.round(result.tookSeconds / 60)} minutes`],
    ]),
    ...sectionsOf(result).map(({ title, lines }) => sectionText(title, lines, sidesOf(result))),
    result.how ?? howText(result),
    ...(result.failures.length > 0
      ? [`## Failed runs\n\n${result.failures.map((failure) => `- ${failure.split('\n')[0]}`).join('\n')}`]
      : []),
  ].join('\n\n')}\n`
}

/** The lines by their sections, in the order in which these come first. */
export function sectionsOf({ lines }) {
  const titles = [...new Set(lines.map((line) => line.section))]
  return titles.map((title) => ({ title, lines: lines.filter((line) => line.section === title) }))
}

/** The index of a directory of results, newest first. */
export function indexOf(results) {
  const newest = results.toSorted((a, b) => (a.name < b.name ? 1 : -1))
  const plot = newest.find((result) => result.plot)?.plot
  const rows = newest.map((result) => [
    `[${result.name}](${result.name}.md)`,
    result.versions.sluice,
    result.versions.kafka,
    `${result.machine.cores} × ${result.machine.cpu}`,
    `${betterCount(result)} of ${compared(result).length}`,
  ])
  return `${[
    '# Benchmarks',
    'Sluice beside Apache Kafka, one broker of each (`npm run bench -- --side-by-side`) and clusters of three (`npm run bench',
    '-- --replicated`). Everything here is written by these commands: the figures of every round are in the `.json` files, and',
    'no table or plot has any from elsewhere.',
    '',
    tableOf([['run', 'Sluice', 'Apache Kafka', 'machine', 'rows where Sluice is better'], ...rows]),
    ...(plot ? ['', `![Ratios of the newest run with one broker of each](${plot})`] : []),
  ].join('\n')}\n`
}

/** How many times better ours is, whichever way the figure counts; undefined where one side has none. */
export function advantage(line, side = 'sluice') {
  const { better } = line
  const ratio = ratioOfMedians(line[side], line.kafka)
  return ratio === undefined || ratio === 0 ? undefined : better === 'more' ? ratio : 1 / ratio
}

/** The advantages of all rows of all sides that are ours. */
function compared(result) {
  const ours = oursOf(sidesOf(result))
  return result.lines
    .flatMap((line) => ours.map(({ side }) => advantage(line, side)))
    .filter((ratio) => ratio !== undefined)
}

function betterCount(result) {
  return compared(result).filter((ratio) => ratio > 1).length
}

function sectionText(title, lines, sides) {
  const ours = oursOf(sides)
  const notes = []
  const mark = (note) => {
    if (!notes.includes(note)) notes.push(note)
    return `[${notes.indexOf(note) + 1}]`
  }
  const rows = lines.map((line) => [
    [line.title, ...line.notes.map(mark)].join(' '),
    `${line.unit} ${signs[line.better]}`,
    ...sides.map(({ side }) => withSpread(line[side] ?? [])),
    ...ours.map(({ side }) => ratioText(line[side], line.kafka)),
  ])
  const ratios = ours.length === 1 ? ['ratio'] : ours.map(({ name }) => `${name}: ratio`)
  const table = tableOf([['work', 'unit', ...sides.map(({ name }) => name), ...ratios], ...rows])
  const legend = notes.map((note, at) => `[${at + 1}] ${note}.`).join('  \n')
  return [`## ${title}`, table, ...(legend ? [legend] : [])].join('\n\n')
}

/** Two digits behind the point say nothing of a ratio far from 1. */
function ratioText(ours, theirs) {
  const ratio = ratioOfMedians(ours ?? [], theirs ?? [])
  if (ratio === undefined || (ratio >= 0.1 && ratio < 100)) return formatRatio(ratio)
  return `${Number(ratio.toPrecision(2))} ×`
}

function rounds(count) {
  return count === 1 ? 'one round' : `${count} rounds`
}

function machineText({ cpu, cores, isVirtual, memoryGiB, kernel, fileSystem }) {
  return `${cores} × ${cpu}${isVirtual ? ' (a virtual machine)' : ''}, ${memoryGiB} GiB, ${kernel}, ${fileSystem}`
}

function otherLoad({ machine, stolenShare }) {
  const stolen =
    stolenShare === undefined
      ? ''
      : `; ${(stolenShare * 100).toFixed(1)} % of the cores' time went to other virtual machines`
  return `load average ${format(machine.loadBefore)} before the run${stolen}`
}

function howText({ quick }) {
  return [
    '## How',
    '- Load rows run against one broker of each, which is its own controller, in one process of its own: ours is the',
    '  engine without the AWS API, Apache Kafka has the Java flags of its own start script (1 GB heap, G1). Both have Apache',
    "  Kafka's default properties, but delete topics at once and keep one replica of the offsets topic. Every run has a new",
    `  topic${quick ? '. Nothing was warmed up: a smoke run' : '; a first round of short runs warms up and does not count'}.`,
    '- Before each run the files of earlier ones are gone, the disk has written all else, and the page cache has been',
    '  warmed: on a virtual machine the first use of a page costs four times as much as the write into it.',
    '- The brokers, and the load client with them, share the cores of the machine.',
    '- Raw load clients send prebuilt requests and cost little themselves: five in flight on one connection. Apache Kafka',
    '  handles one request of a connection at a time, so that rows with one connection show it at its worst: see those',
    '  with four. With one broker there is nothing to replicate to: acks=all waits for one copy.',
    '- "From the disk": the segments are written out and dropped from the page cache before they are read once.',
    '  At the end of a log that grows, two connections produce at full speed meanwhile.',
    '- "Produce to consume" counts from the moment a record was due to be sent, so that a queue shows.',
    '- In the consumer protocol the broker tells the members how often to send heartbeats: every five seconds by default.',
    '- Clusters through the MSK API are what CreateCluster makes for three brokers: with Apache Kafka a Java process for each broker and',
    '  for each of three controllers, with Sluice the brokers of the note, in the process of the service.',
  ].join('\n')
}

/** What goes to the screen while and after measuring. */
export function tablesOf(result) {
  return sectionsOf(result)
    .map(({ title, lines }) => sectionText(title, lines, sidesOf(result)))
    .join('\n\n')
}
