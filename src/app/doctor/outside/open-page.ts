import type { Client } from '../../../config/schema.ts'
import type { Patient } from '../examination.ts'
import { askPublic, BROWSERS_AGENT, type PublicAnswer } from './ask-public.ts'
import { authorizationQuery } from './authorization-query.ts'
import { onceAPatient } from './once-a-patient.ts'
import { type Place, pathTo } from './public-host.ts'

/** Opens the page to link, as a phone does. @throws an error of Node's where no answer comes. */
export const openPage = onceAPatient((patient, place: Place, client: Client) => open(patient, place, client, false))

/** Opens it in such a way that nobody may be asked anything, so that one is sent back at once. */
export const openSilently = onceAPatient((patient, place: Place, client: Client) => open(patient, place, client, true))

function open(patient: Patient, place: Place, client: Client, silent: boolean): Promise<PublicAnswer> {
  return askPublic(patient, place, {
    path: `${pathTo(patient, 'authorize')}?${authorizationQuery(client, silent)}`,
    headers: { Accept: 'text/html', 'User-Agent': BROWSERS_AGENT, 'Accept-Language': 'en' },
  })
}
