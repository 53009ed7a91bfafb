import { StorageError } from '../../files/storage-error.ts'
import { firstCallNoter } from '../../oauth/grants/note-first-call.ts'
import type { RequestListener } from '../../telemetry/request-record.ts'
import type { House } from '../open-house.ts'
import type { Site } from '../open-site.ts'

/** Tells everybody who wants to know how each request went: the log, the metrics, and the audit of its first call. */
export function tellOfRequests(
  house: House,
  current: () => Site,
  onRequest: RequestListener['onEnd'] = () => {},
): RequestListener {
  const { access, logger } = house.telemetry
  const noteFirstCall = firstCallNoter()

  return {
    onLong: access.onLong,
    onEnd(record) {
      access.onEnd(record)
      onRequest(record)
      house.metrics?.requestEnded.onEnd(record)
      const { grant, upstream, address, route } = record
      if (grant === undefined || upstream === undefined) return
      noteFirstCall(current().authorizationServer, { grant, address, route }).catch((error) => {
        if (!(error instanceof StorageError)) throw error
        logger.warn({ detail: error.message }, 'a first call could not be noted')
      })
    },
  }
}
