import { z } from 'zod'
import type { Mistake } from '../mistake.ts'
import { GRANT_TYPES, grantTypesOf } from '../oauth-schema.ts'
import { isOfApp } from '../redirect-uri-form.ts'
import { draftLifetimes } from './cross-check-lifetimes.ts'
import { names, word } from './drafts.ts'

/** As much of a client as its keys depend on each other, however wrong the rest may be. */
export const draftClient = z.object({
  id: word,
  public: z.boolean().catch(false),
  resource_server: z.boolean().catch(false),
  secret: z.unknown().optional(),
  redirect_uris: z.unknown().optional(),
  scopes: names,
  grant_types: names,
  pkce: z.unknown().optional(),
  auth_methods: z.unknown().optional(),
  refresh: z.unknown().optional(),
  lifetimes: draftLifetimes,
})

type DraftClient = z.infer<typeof draftClient>

/** What of a client contradicts itself, or another client. */
export function clientMistakes(clients: (DraftClient | undefined)[]): Mistake[] {
  return clients.flatMap((client, i) => {
    if (!client) return []
    const path = ['oauth', 'clients', i]
    const first = clients.findIndex((other) => other?.id === client.id)
    const twice = client.id !== undefined && first < i
    const message = `expected an id of its own, oauth.clients[${first}] has the same`
    const mistakes = [
      ...secretMistakes(client),
      ...publicMistakes(client),
      ...appMistakes(client),
      ...grantMistakes(client),
    ]
    return [
      ...(twice ? [{ path: [...path, 'id'], message }] : []),
      ...mistakes.map((mistake) => ({ ...mistake, path: [...path, ...mistake.path] })),
    ]
  })
}

function secretMistakes(client: DraftClient): Mistake[] {
  if (client.public && client.secret !== undefined)
    return [{ path: ['secret'], message: 'expected none, for a public client can keep no secret' }]
  if (!client.public && client.secret === undefined)
    return [{ path: [], message: 'expected a secret, or public: true for a client that can keep none' }]
  return []
}

/** What a client that can keep no secret must have, or can't. @see RFC 9700 sections 2.1.1 and 2.2.2 */
function publicMistakes(client: DraftClient): Mistake[] {
  if (!client.public) return []
  const mistakes: Mistake[] = []
  if (client.pkce === 'optional')
    mistakes.push({
      path: ['pkce'],
      message: 'expected required, for a public client has nothing else to prove itself',
    })
  if (client.refresh === 'keep')
    mistakes.push({
      path: ['refresh'],
      message: 'expected rotate, for whoever copies the token of a public client can use it',
    })
  if (client.auth_methods !== undefined)
    mistakes.push({ path: ['auth_methods'], message: 'expected none, for a public client can keep no secret' })
  if (client.resource_server)
    mistakes.push({
      path: ['resource_server'],
      message: 'expected another client, for a public one cannot prove who it is',
    })
  return mistakes
}

/** Another app can take the scheme, and the code with it. @see RFC 8252 section 8.1 */
function appMistakes({ public: isPublic, pkce, redirect_uris }: DraftClient): Mistake[] {
  const uris: unknown[] = Array.isArray(redirect_uris) ? redirect_uris : []
  const app = uris.find((uri) => typeof uri === 'string' && isOfApp(uri))
  if (isPublic || pkce !== 'optional' || app === undefined) return []
  return [{ path: ['pkce'], message: `expected required, for another app can take the scheme of ${app}` }]
}

function grantMistakes(client: DraftClient): Mistake[] {
  const onlyAsks = client.resource_server && client.redirect_uris === undefined && client.grant_types === undefined
  if (onlyAsks) return []
  const mistakes: Mistake[] = []
  const grants = grantTypesOf(client)
  const sendsBack = grants.includes('authorization_code')
  const understood = grants.length > 0 && grants.every((grant) => (GRANT_TYPES as readonly string[]).includes(grant))
  if (sendsBack && client.redirect_uris === undefined)
    mistakes.push({
      path: ['redirect_uris'],
      message: 'expected a list of redirect URIs, for people have to be sent back',
    })
  if (understood && !sendsBack && client.redirect_uris !== undefined)
    mistakes.push({
      path: ['redirect_uris'],
      message: 'expected none, for authorization_code is not among the grant types',
    })
  if (client.scopes === undefined)
    mistakes.push({ path: ['scopes'], message: 'expected a list of scopes with at least one' })
  if (grants.length > 0 && grants.every((grant) => grant === 'refresh_token'))
    mistakes.push({
      path: ['grant_types'],
      message: 'expected another grant type too, for refresh tokens come with one',
    })
  return mistakes
}
