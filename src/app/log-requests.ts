import { hideSecrets } from '../telemetry/hide-secrets.ts'
import type { Logger } from '../telemetry/log.ts'
import type { RequestListener } from '../telemetry/request-record.ts'

/** In characters of the log: what is longer was sent by somebody who wants to fill the disk. */
const DETAIL_LENGTH_LIMIT = 1000
const PATH_LENGTH_LIMIT = 200

export function logRequests(log: Logger): RequestListener {
  return {
    onLong() {},
    onEnd({ address, method, path, status, refusal }) {
      if (!refusal) return
      const detail = hideSecrets(`${refusal.code}: ${refusal.detail}`).slice(0, DETAIL_LENGTH_LIMIT)
      const level = (status ?? 500) >= 500 ? 'error' : 'info'
      log[level]({ address, method, path: hideSecrets(path).slice(0, PATH_LENGTH_LIMIT), status, detail }, 'refused')
    },
  }
}
