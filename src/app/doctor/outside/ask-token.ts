import { DOCTORS_CLIENT } from '../../../telemetry/doctors-client.ts'
import type { Patient } from '../examination.ts'
import { AMAZONS_AGENT, askPublic, type PublicAnswer } from './ask-public.ts'
import { onceAPatient } from './once-a-patient.ts'
import { type Place, pathTo } from './public-host.ts'

/** A token request as Amazon's servers send it, with a code, a client and a secret that are none. */
export const TOKEN_FORM = new URLSearchParams({
  grant_type: 'authorization_code',
  code: 'this-is-no-code',
  redirect_uri: 'https://pitangui.amazon.com/api/skill/link/NOBODY',
  client_id: DOCTORS_CLIENT,
  client_secret: 'this is no secret: ä€ %41+&=',
}).toString()

export const FORM_TYPE = 'application/x-www-form-urlencoded; charset=UTF-8'

/** @throws an error of Node's where no answer comes. */
export function askToken(patient: Patient, place: Place, agent: string): Promise<PublicAnswer> {
  const headers = { 'Content-Type': FORM_TYPE, 'User-Agent': agent, Accept: 'application/json' }
  return askPublic(patient, place, { method: 'POST', path: pathTo(patient, 'token'), headers, body: TOKEN_FORM })
}

/** As they ask themselves. */
export const askTokenAsAmazon = onceAPatient((patient, place: Place) => askToken(patient, place, AMAZONS_AGENT))
