import type { Measurement } from './measure.ts'

/** Measurements by contender. */
export type Results = Map<string, Measurement[]>

/**
 * A Markdown table: medians with the least and the most, and each contender's ratio to the first.
 * @param idle megabytes that each had before its first load.
 */
export function table(title: string, results: Results, idle: Map<string, number>): string {
  const rows = [...results].filter(([, runs]) => runs.length > 0)
  const first = median(pick(rows[0]?.[1] ?? [], 'requestsPerSecond'))
  const lines = rows.map(([name, runs]) => {
    const rates = pick(runs, 'requestsPerSecond')
    return [
      name,
      range(rates, 0),
      (median(rates) / first).toFixed(2),
      range(pick(runs, 'p50'), 2),
      range(pick(runs, 'p99'), 2),
      range(pick(runs, 'gatewayCpu'), 1),
      median(pick(runs, 'checkerCpu')).toFixed(1),
      `${Math.round(100 * median(pick(runs, 'busy')))} %`,
      (idle.get(name) ?? Number.NaN).toFixed(0),
      Math.max(...pick(runs, 'memory')).toFixed(0),
    ]
  })
  const head = [title, 'requests/s', 'ratio', 'p50 ms', 'p99 ms', 'CPU µs', 'checker µs', 'busy', 'idle MB', 'MB after']
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function pick(runs: Measurement[], figure: keyof Measurement): number[] {
  return runs.map((run) => run[figure]).sort((a, b) => a - b)
}

function range(sorted: number[], digits: number): string {
  const [least, middle, most] = [sorted[0] ?? Number.NaN, median(sorted), sorted.at(-1) ?? Number.NaN]
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`
}

function median(sorted: number[]): number {
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
