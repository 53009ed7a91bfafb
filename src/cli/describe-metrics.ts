import { METRICS } from '../telemetry/metrics-catalogue.ts'

/** docs/reference/metrics.md, from the catalogue. Anew: node src/cli/describe-metrics.ts > (that file). */
export function describeMetrics(): string {
  const metrics: [string, { type: string; help: string; labels?: readonly string[] }][] = Object.entries(METRICS)
  const rows = metrics.map(([name, { type, help, labels = [] }]) => {
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`
  })
  return `${[INTRODUCTION, ['| Name | Type | Labels | What it is |', '| --- | --- | --- | --- |', ...rows].join('\n'), OUTCOMES].join('\n\n')}\n`
}

const INTRODUCTION = `# Metrics

<!-- Made by src/cli/describe-metrics.ts from src/telemetry/metrics-catalogue.ts; change it there. -->

With \`metrics: { listen: 127.0.0.1:9090 }\` in \`gateway.yaml\`, \`GET /metrics\` there gives these to Prometheus, and
\`GET /readyz\` is 200 while there are a listener, a certificate and a database, and 503 otherwise; with a list
\`degraded\` it says what won't go on working, such as a certificate that nobody has renewed. No label has the name
of a person in it, nor anything that a client chooses: a path is that of the route as configured, a strange method is
\`other\`.`

const OUTCOMES = `An outcome is one of \`answered\`, \`refused\`, \`client left\`, \`upstream broke off\`, \`timed out\`, \`closed\`, \`access ended\`
and \`stopped\`, as in the log.`

if (import.meta.main) process.stdout.write(describeMetrics())
