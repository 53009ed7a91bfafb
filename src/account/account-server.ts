import type { Config } from '../config/schema.ts'
import type { EndpointRequest } from '../http/answer.ts'
import type { OwnForm } from '../oauth/checks/check-own-form.ts'
import type { CsrfToken } from '../oauth/checks/csrf-token.ts'
import type { Parameters } from '../oauth/checks/parameters.ts'
import type { ResourceOwners, SignInOutcome } from '../oauth/resource-owners.ts'
import type { Problem } from '../pages/problem.ts'
import type { SignInPage } from '../pages/sign-in-page.ts'
import type { GrantRecord } from '../store/records.ts'
import type { Visits } from '../users/visits.ts'

/** What the pages of people who have signed in work with. */
export interface AccountServer {
  now: () => number
  /** The origin of these pages. */
  issuer: string
  basePath: string
  /** At every host: where a browser arrives with its ticket. */
  arrivalPath: string
  /** What each scope allows, in words. */
  scopes: Config['oauth']['scopes']
  /** Whose accounts people can sign in with, where that are not only those of here. */
  accounts: SignInPage['accounts']
  resourceOwners: Pick<ResourceOwners, 'findSession' | 'endSession'>
  forms: OwnForms
  links: Links
  visits: Pick<Visits, 'giveTicket' | 'arrive'>
  /** The origins that people come from to sign in here, and are sent back to. */
  origins: ReadonlySet<string>
}

/** The forms of the gateway's own pages. All of them throw what is told on a page that asks to begin anew. */
export interface OwnForms {
  read: (request: EndpointRequest) => Promise<Parameters>
  /** What stands unseen in a form. @param session who it is tied to. */
  token: (cookies: string | undefined, endpoint: string, request: string, session?: { id: string }) => CsrfToken
  /** Whether a page of ours, in this browser, had this form. */
  check: (request: EndpointRequest, form: Parameters, endpoint: string) => Promise<OwnForm>
  /** Checks what was typed. @returns undefined where nothing was. */
  signIn: (
    request: EndpointRequest,
    form: OwnForm,
    state: 'password' | 'second-factor',
  ) => Promise<TriedSignIn | undefined>
}

/** What came of a try to sign in. */
export interface TriedSignIn {
  outcome: SignInOutcome
  /** What the page has to tell of it. */
  problem: Problem | undefined
  /** `Set-Cookie` headers that go with the answer. */
  cookies: string[]
}

/** What people have linked. */
export interface Links {
  /** The link that was used last comes first. @throws StorageError */
  of: (userId: string) => Promise<Link[]>
  /** Ends one of this user's, and all that came from it. @throws StorageError */
  end: (userId: string, id: string, address: string | undefined) => Promise<Link | undefined>
}

export interface Link {
  /** The grant's. */
  id: string
  /** As people know the client; its id, where it is gone. */
  clientName: string
  grant: GrantRecord
}
