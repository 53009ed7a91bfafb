import type { AccountServer } from '../../account/account-server.ts'
import { handleAccountForm, handleAccountPage } from '../../account/handle-account.ts'
import { handleArrival } from '../../account/handle-arrival.ts'
import { handleEnterForm, handleEnterPage } from '../../account/handle-enter.ts'
import { readAccess } from '../../gateway/access/access.ts'
import type { EndpointDestination } from '../../gateway/routes/destination.ts'
import type { Answer, EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../../oauth/authorization-server.ts'
import { answerEndpoint } from '../../oauth/endpoints/answer-endpoint.ts'

type Handler = (account: AccountServer, request: EndpointRequest) => Promise<Answer>

/** Somebody opened the page: they can open it again. */
const OPENED = { errors: 'page', explained: 'open_again', foreign: 'open_again' } as const

/** The pages of people who have signed in: what can go wrong with them is told as for the other pages. */
export function accountEndpoints(server: AuthorizationServer, account: AccountServer): EndpointDestination[] {
  const access = readAccess({ auth: 'none', scopes: [] })
  const endpoint = (path: string, methods: string[], handler: Handler): EndpointDestination => ({
    ...{ kind: 'endpoint', path, methods, access },
    handle: (request) => answerEndpoint(server, { handle: () => handler(account, request), told: OPENED }, request),
  })
  const { basePath } = account
  return [
    endpoint(`${basePath}/account`, ['GET', 'HEAD'], handleAccountPage),
    endpoint(`${basePath}/account`, ['POST'], handleAccountForm),
    endpoint(`${basePath}/enter`, ['GET', 'HEAD'], handleEnterPage),
    endpoint(`${basePath}/enter`, ['POST'], handleEnterForm),
    { ...endpoint(account.arrivalPath, ['GET'], handleArrival), everywhere: true },
  ]
}
