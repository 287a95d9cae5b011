// The ratios as an SVG: a bar for each row, on a logarithmic axis around 1×. To the right ours is better, whichever
// way the figure counts. A pure function of the result.
import { advantage, sectionsOf } from './document.mjs'

const width = 920
const labels = 450
const padding = 16
const row = 18
const heading = 30
const bar = 10
/** Room for the figure beside the longest bar. */
const figureRoom = 62
const top = 84
/** Bars end at this power of ten, on both sides, so that differences near 1× can be seen. */
const powerMax = 2

/** Light and dark: chosen by whoever looks at it. Both colours differ in lightness too. */
const style = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .back { fill: #ffffff; }
  .title { font-size: 16px; font-weight: 600; }
  .heading { font-weight: 600; }
  .quiet { fill: #59636e; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .fine { stroke: #d1d9e0; stroke-width: 0.5; stroke-dasharray: 2 3; }
  .one { stroke: #1f2328; stroke-width: 1.5; }
  .better { fill: #0a7d5c; }
  .worse { fill: #c2580a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .back { fill: #0d1117; }
    .quiet { fill: #9198a1; }
    .grid, .fine { stroke: #3d444d; }
    .one { stroke: #f0f6fc; }
    .better { fill: #3fc79a; }
    .worse { fill: #f0883e; }
  }
`

export function plotOf(result) {
  const sections = sectionsOf(result)
    .map(({ title, lines }) => ({ title, bars: lines.map(barOf).filter(Boolean) }))
    .filter(({ bars }) => bars.length > 0)
  const bars = sections.flatMap((section) => section.bars)
  const axis = axisOf(bars.map(({ value }) => value))
  let y = top
  const body = sections.flatMap(({ title, bars }) => {
    const head = text(padding, y + heading - 9, title, 'heading')
    y += heading
    return [head, ...bars.map((entry) => drawnBar(entry, axis, (y += row) - row))]
  })
  const height = y + padding
  const name = `Sluice ${result.versions.sluice} beside Apache Kafka ${result.versions.kafka}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${escaped(name)}</title>
<desc id="desc">${escaped(description(sections))}</desc>
<style>${style}</style>
<rect class="back" width="${width}" height="${height}"/>
${text(padding, 28, name, 'title')}
${text(padding, 48, 'How many times better Sluice is, by the medians: more a second, less time, less memory. Left of 1×, Apache Kafka is.', 'quiet')}
${drawnAxis(axis, height - padding)}
${body.join('\n')}
</svg>
`
}

function barOf(line) {
  const value = advantage(line)
  return value === undefined ? undefined : { title: `${line.title}`, value }
}

/** From one power of ten to another, with 1 between them; `x` gives the place of a value, at most the end. */
export function axisOf(values) {
  const logs = values.map(Math.log10)
  const from = Math.max(Math.min(Math.floor(Math.min(...logs, 0)), -1), -powerMax)
  const to = Math.min(Math.max(Math.ceil(Math.max(...logs, 0)), 1), powerMax)
  const left = labels + figureRoom
  const right = width - padding - figureRoom
  const ticks = Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at))
  const x = (value) => {
    const log = Math.min(Math.max(Math.log10(value), from), to)
    return left + ((log - from) / (to - from)) * (right - left)
  }
  return { ticks, x }
}

function drawnAxis({ ticks, x }, bottom) {
  const lines = ticks.flatMap((tick, at) => [
    verticalLine(tick === 1 ? 'one' : 'grid', x(tick), bottom),
    text(rounded(x(tick)), top - 8, times(tick), 'quiet', 'middle'),
    ...(at < ticks.length - 1 ? [2, 5].map((part) => verticalLine('fine', x(tick * part), bottom)) : []),
  ])
  return lines.join('\n')
}

function verticalLine(name, x, bottom) {
  return `<line class="${name}" x1="${rounded(x)}" x2="${rounded(x)}" y1="${top}" y2="${bottom}"/>`
}

function drawnBar({ title, value }, { ticks, x }, y) {
  const isBetter = value >= 1
  const [from, to] = isBetter ? [x(1), x(value)] : [x(value), x(1)]
  const baseline = y + row / 2 + 4
  const rectangle = `<rect class="${isBetter ? 'better' : 'worse'}" x="${rounded(from)}" y="${y + (row - bar) / 2}" width="${rounded(Math.max(to - from, 1))}" height="${bar}" rx="1"/>`
  const goesOn = value > ticks.at(-1) || value < ticks[0]
  const figure = isBetter
    ? text(rounded(to + 5), baseline, `${goesOn ? '→ ' : ''}${times(value)}`)
    : text(rounded(from - 5), baseline, `${times(value)}${goesOn ? ' ←' : ''}`, '', 'end')
  return [text(labels, baseline, title, '', 'end'), rectangle, figure].join('\n')
}

function description(sections) {
  const rows = sections.map(
    ({ title, bars }) =>
      `${title}: ${bars.map((entry) => `${entry.title}, ${times(entry.value)}`).join('; ')}.`,
  )
  return `Bars on a logarithmic axis; above 1× Sluice is better. ${rows.join(' ')}`
}

function times(value) {
  const digits = value >= 10 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)))
  return `${digits}×`
}

function text(x, y, content, name = '', anchor = '') {
  const attributes = `${name && ` class="${name}"`}${anchor && ` text-anchor="${anchor}"`}`
  return `<text x="${x}" y="${y}"${attributes}>${escaped(content)}</text>`
}

function rounded(value) {
  return Math.round(value * 10) / 10
}

function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
