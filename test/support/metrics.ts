import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { findProgram } from './program.ts'

/** What is said of a metric, in the docs or where it is exposed. */
export interface ToldMetric {
  name: string
  type: string
  labels: string[]
  help: string
}

/** The table of the docs, by name. */
export function documentedMetrics(): ToldMetric[] {
  const text = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8')
  const rows = text.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) ?\| (.*) \|$/gm)
  return Array.from(rows, ([, name = '', type = '', labels = '', help = '']) => {
    return { name, type, labels: Array.from(labels.matchAll(/`(\w+)`/g), ([, label = '']) => label), help }
  }).sort(byName)
}

/** What Prometheus is told, by name. @throws Error for one without a value, whose labels nobody could see. */
export function exposedMetrics(text: string): ToldMetric[] {
  const lines = text.split('\n')
  return lines
    .flatMap((line, i) => {
      const [, name = '', help = ''] = /^# HELP (\w+) (.*)$/.exec(line) ?? []
      if (name === '') return []
      const value = lines.find((one) => new RegExp(`^${name}(_count)?[ {]`).test(one))
      if (value === undefined) throw new Error(`${name} has no value`)
      const labels = Array.from(value.matchAll(/[{,](\w+)="/g), ([, label = '']) => label)
      return [{ name, type: lines[i + 1]?.split(' ').at(-1) ?? '', labels, help }]
    })
    .sort(byName)
}

function byName(a: ToldMetric, b: ToldMetric): number {
  return a.name < b.name ? -1 : 1
}

/** Prometheus' own judgement; says why it is skipped where that isn't installed. */
export async function checkWithPromtool(t: ExecutionContext, text: string): Promise<void> {
  const promtool = findProgram(t, 'promtool', 'prometheus')
  if (promtool === undefined) return
  const said = await new Promise<string>((resolve) => {
    const child = execFile(promtool, ['check', 'metrics'], (error, stdout, stderr) =>
      resolve(`${error?.code ?? 0} ${stdout}${stderr}`),
    )
    child.stdin?.end(text)
  })
  t.is(said, '0 ')
}
