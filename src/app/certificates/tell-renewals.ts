import type { ReloadOutcome } from '../reloading/watch-configuration.ts'
import type { Renewal } from './renew-source.ts'

/** In words what has become of `skillgate cert renew NAME`. @param name nothing for all. */
export function tellRenewals(renewals: Renewal[], name: string): ReloadOutcome {
  if (renewals.length === 0) {
    const line = name
      ? `No certificate is for ${name}: "npx skillgate cert" shows which there are.`
      : 'There are no certificates here: TLS ends at a proxy in front.'
    return { ok: false, lines: [line] }
  }
  const results = renewals.map(({ result }) => result)
  return {
    ok: results.includes('renewed') && !results.includes('failed'),
    lines: renewals.map(lineFor),
  }
}

function lineFor(renewal: Renewal): string {
  const { name, settings } = renewal.wanted
  switch (renewal.result) {
    case 'renewed':
      return `${name}: there is a new certificate.`
    case 'foreign': {
      const where = settings.source === 'files' ? ` writes ${settings.certificate}` : ' keeps it'
      return `${name}: whoever${where} renews it. What is new there is taken up by itself.`
    }
    case 'failed':
      return `${name}: no new one; what is served stays as it is. ${renewal.detail}`
  }
}
