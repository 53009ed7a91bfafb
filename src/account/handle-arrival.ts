import { type Answer, type EndpointRequest, seeOther } from '../http/answer.ts'
import { explainedPage } from '../pages/explained-page.ts'
import type { AccountServer } from './account-server.ts'

/** At another host: the ticket of the sign-in page becomes a cookie of this host, and the browser goes where it was on its way to. */
export async function handleArrival({ visits }: AccountServer, request: EndpointRequest): Promise<Answer> {
  const { headers, query } = request
  const ticket = new URLSearchParams(query).get('ticket') ?? ''
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  const arrival = await visits.arrive(ticket, headers.cookie, host)
  if (arrival) return seeOther(arrival.returnTo, { 'Set-Cookie': arrival.cookies })
  const page = explainedPage('open_again', { status: 403, accepted: headers['accept-language'] })
  return { ...page, detail: 'ticket used, expired, or of another browser or host' }
}
