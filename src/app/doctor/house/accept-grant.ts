import { alexaClient } from '../../../alexa/console/alexa-client.ts'
import { sendAcceptGrant } from '../../../alexa/simulator/send-directive.ts'
import type { Client, Route } from '../../../config/schema.ts'
import { StorageError } from '../../../files/storage-error.ts'
import type { Store } from '../../../store/store.ts'
import { openAudit } from '../../../telemetry/audit.ts'
import { auditFile } from '../../../telemetry/audit-files.ts'
import { listUsers } from '../../../users/users.ts'
import type { Patient } from '../examination.ts'
import { callsToHouse, notAnswered } from './calls-to-house.ts'
import { examinationOf } from './examination-of.ts'
import { lendToken } from './lend-token.ts'
import { fault, good, type Seen, unseen } from './seen.ts'
import { withRecords } from './with-records.ts'

const NEEDS =
  '200 with AcceptGrant.Response when somebody links a skill that may send events; without it the app says that linking failed.'

/** AcceptGrant, as Alexa sends it during linking: sent to each route that takes directives, with a token of the doctor's own. */
export const acceptGrant = examinationOf(
  { id: 'accept-grant', title: 'AcceptGrant', isLocal: false },
  async (patient) => {
    const routes = patient.config.routes.filter(({ auth }) => auth === 'alexa-directive')
    if (routes.length === 0) return [good('No route takes directives (auth: alexa-directive): Alexa sends none here.')]
    const client = alexaClient(patient.config)
    if (!client) return [unseen('None of oauth.clients is Alexa, so there is nobody to send it for.')]
    return withRecords(patient, async (store) => {
      const seen: Seen[] = []
      for (const route of routes) seen.push(await lookAtRoute(patient, store, client, route))
      return seen
    })
  },
)

async function lookAtRoute(patient: Patient, store: Store, client: Client, route: Route): Promise<Seen> {
  const { config, environment } = patient
  const { path, host = new URL(config.public_url).host, scopes } = route
  const lacking = scopes.filter((scope) => !client.scopes.includes(scope))
  if (lacking.length > 0) {
    return fault(
      `${path} asks for ${lacking.join(' ')}, which ${client.id} may not have: it is answered ACCEPT_GRANT_FAILED.`,
      {
        needs: NEEDS,
        remedy: `add ${lacking.join(' ')} to the scopes of ${client.id}, then:  npx skillgate reload`,
      },
    )
  }
  const user = (await listUsers(store)).find(({ disabled }) => !disabled)
  if (!user) {
    const remedy = 'let somebody sign in, and look again:  npx skillgate user add NAME'
    return unseen('There is nobody yet in whose name it could be sent.', { needs: NEEDS, remedy })
  }
  const audit = openAudit(auditFile(config.data_dir), environment, (error) => {
    throw new StorageError(`The doctor takes no token that it can't write down: ${error.message}`)
  })
  const call = callsToHouse(patient, host)
  const newId = () => environment.randomBytes(8).toString('hex')
  try {
    const { isAccepted, came } = await lendToken({ store, environment, audit, user, client, scopes }, (token) =>
      sendAcceptGrant({ call, newId, path }, token),
    )
    if (isAccepted) return good(`${path} answers it.`)
    return fault(`${path} answers it with ${came}.`, { needs: NEEDS, remedy: 'the log says why:  npx skillgate log' })
  } catch (error) {
    if (error instanceof StorageError) throw error
    return notAnswered(config, error as NodeJS.ErrnoException, NEEDS)
  }
}
