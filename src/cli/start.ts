import { existsSync } from 'node:fs'
import { isMeantBy } from '../app/certificates/renew-source.ts'
import { tellRenewals } from '../app/certificates/tell-renewals.ts'
import { databaseFile } from '../app/data/open-store.ts'
import { prepareGateway, type RunningGateway } from '../app/prepare-gateway.ts'
import { beginErrands } from '../app/process/begin-errands.ts'
import { openControl } from '../app/process/control-socket.ts'
import type { Errands } from '../app/process/errands.ts'
import { type LeftRoot, leaveRoot } from '../app/process/leave-root.ts'
import { refuseUngranted } from '../app/reloading/refuse-ungranted.ts'
import { watchConfiguration } from '../app/reloading/watch-configuration.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { openLineWriter } from '../telemetry/line-writer.ts'
import { type OpenLog, openLog } from '../telemetry/open-log.ts'
import { standardSink } from '../telemetry/sinks/standard-sink.ts'
import { listUsers } from '../users/users.ts'
import { explainError } from './explain-error.ts'
import { missingHardening } from './hardening.ts'
import { SIMULATOR_BELIEVED } from './simulator-believed.ts'
import type { CommandOptions, World } from './world.ts'

/** For the last lines of the log and of standard output, whatever has become of their readers. */
const FLUSH_TIMEOUT_MS = 1000

/** `skillgate start`: serves until it is told to stop. */
export async function start(
  world: World,
  { 'allow-root': allowRoot, 'new-database': anew }: CommandOptions = {},
): Promise<number> {
  const config = loadConfig(world.configFile, world.variables)
  refuseUngranted(config, world.configFile)
  const log = openLog(config.log, world)
  // A terminal that is stopped would hold up the whole process.
  const output = openLineWriter(standardSink('output'), { sayLost: () => '' })
  try {
    const print = (line: string) => output.write(`${line}\n`)
    const { takePort, attention } = await leaveRoot(config, { configFile: world.configFile, allowRoot })
    for (const { flag, without } of missingHardening(process.execArgv)) {
      log.logger.warn({ detail: `without it ${without}` }, `this runs without ${flag}`)
    }
    // As whoever serves, so not before root is left; and before anything listens.
    const errands = beginErrands(config, log.logger)
    await serve({ ...world, print }, config, log, { takePort, attention, anew, errands })
  } finally {
    await Promise.all([log.close(FLUSH_TIMEOUT_MS), output.close(FLUSH_TIMEOUT_MS)])
  }
  return 0
}

async function serve(
  world: World,
  config: Config,
  log: OpenLog,
  { takePort, attention, anew = false, errands }: LeftRoot & { anew?: boolean; errands: Errands },
): Promise<void> {
  const { configFile, variables, print, untilStopped, onHangup } = world
  const stopped = untilStopped()
  const listening = Promise.withResolvers<RunningGateway>()
  const gateway = listening.promise
  const kept = watchConfiguration({ configFile, variables, config, log: log.logger, gateway, explain: explainError })
  onHangup(() => {
    log.reopen()
    kept.reload('SIGHUP')
  })
  await kept.watch()
  if (anew && existsSync(databaseFile(config))) {
    print(`--new-database changes nothing: ${databaseFile(config)} is there. Leave it out from now on.`)
  }
  const prepared = await prepareGateway(config, world, log, { anew, takePort, errands })
  for (const { made, caFile } of prepared.certificates())
    if (made) print(`A new certificate was made. Have your devices trust ${caFile}:  npx skillgate cert export`)
  if (attention) print(attention)
  const nobody = (await listUsers(prepared.store)).length === 0
  const running = await prepared.listen()
  listening.resolve(running)
  const commands = {
    reload: () => kept.reload('skillgate reload'),
    renew: async (name: string) => tellRenewals(await running.renew(isMeantBy(name)), name),
    challenge: running.showChallenge,
    examine: async () => ({ ok: true, lines: [], examinable: running.examine() }),
  }
  const closeControl = await openControl(config.data_dir, commands, log.logger)

  if (nobody) print('Nobody can sign in yet. Add a user, also while this runs:  npx skillgate user add NAME')
  print(`Skillgate serves ${config.public_url}`)
  if (running.https) print(`  listening on https://${running.https.address}`)
  if (running.plain) print(`  listening on http://${running.plain.address}, for the proxies in front`)
  if (config.listen.proxy_protocol) print('  expecting the PROXY protocol of listen.trusted_proxies')
  if (config.alexa.development) print(`  ${SIMULATOR_BELIEVED}`)
  if (running.http) print(`  redirecting from http://${running.http.address}`)

  await stopped
  print('Stopping: what is in flight is finished first.')
  kept.close()
  await closeControl()
  await running.close()
}
