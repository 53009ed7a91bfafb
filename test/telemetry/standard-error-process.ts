import { systemEnvironment } from '../../src/config/environment.ts'
import { openLog } from '../../src/telemetry/open-log.ts'

/** Logs to its standard error, or to a file, whatever it is told to by its parent. Run by standard-error.test.ts. */
const log = openLog({ level: 'info', format: 'json', file: process.argv[2] }, systemEnvironment)

process.on('message', async ({ lines, end }: { lines?: number; end?: number }) => {
  for (let i = 0; i < (lines ?? 0); i++) log.logger.info({ i, filling: 'x '.repeat(250) }, 'a line')
  if (end === undefined) {
    process.send?.({ lost: log.lost() })
    return
  }
  const flushed = await log.flush(end)
  process.send?.({ flushed, lost: log.lost() }, () => process.exit(0))
})
process.send?.({ ready: true })
