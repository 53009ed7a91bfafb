import { LRUCache } from 'lru-cache'
import type { OwnTokens } from '../../gateway/upstreams/own-tokens.ts'
import type { Identity } from '../../http/identity.ts'
import { linkOver, obtainToken } from './obtain-token.ts'
import type { TokenState } from './personal-tokens.ts'
import { findOwner } from './token-calls.ts'
import { changeRow, findRow, openSession, openToken, tokenRowId } from './token-rows.ts'
import { findUser, type TokenTools } from './token-tools.ts'

/** What was read is remembered this long at the most, as the facts of access tokens are. */
const MEMORY_MS = 10_000
const MEMORY_ENTRIES = 10_000

/** Younger ones are not replaced, whatever the upstream says of them. Milliseconds. */
const REPLACED_AFTER_MS = 60_000

/** What somebody signs in with; nothing of their own where `value` is undefined. */
interface Fact {
  value: string | undefined
}

/** People's own tokens at one upstream. They are opened once, not for each request. */
export function ownTokensAt(tools: TokenTools, state: TokenState, upstream: string): OwnTokens {
  const known = new LRUCache<string, Fact>({ max: MEMORY_ENTRIES, ttl: MEMORY_MS, ttlResolution: 0, perf: tools })
  /** The credentials about which a client was told that its own are no good. */
  const told = new LRUCache<string, string>({ max: MEMORY_ENTRIES })
  const beingLookedInto = new Map<string, Promise<void>>()
  let seen = ''

  function credentialsOf(identity: Identity): string | undefined | Promise<string | undefined> {
    const now = `${tools.generation()} ${state.version}`
    if (now !== seen) known.clear()
    seen = now
    const key = keyOf(identity)
    const fact = known.get(key)
    return fact ? fact.value : readAndRemember(identity, key)
  }

  async function readAndRemember(identity: Identity, key: string): Promise<string | undefined> {
    await beingLookedInto.get(key)
    const before = seen
    const value = await read(identity)
    // What was changed while this was read must not be remembered.
    if (seen === before) known.set(key, { value })
    return value
  }

  async function read(identity: Identity): Promise<string | undefined> {
    const { grant, user } = identity
    if (grant !== undefined) return bearer(await obtainToken(tools, state, { upstream, identity, grant }))
    // Somebody who is signed in here acts with the session that they have there.
    const person = await findUser(tools, { userName: user.name, userId: user.id })
    const own = openSession(tools, person, upstream)
    if (own === undefined && (!person || person.account?.upstream === upstream))
      throw linkOver({ upstream }, 'the session of its person is gone, or was sealed with a key that is lost')
    return bearer(own)
  }

  async function accountOf({ grant, user }: Identity) {
    const person = await findUser(tools, { userName: user.name, userId: user.id })
    if (person?.account?.upstream !== upstream) return undefined
    const { userId, name } = person.account
    const row = grant === undefined ? undefined : await findRow(tools.store, tokenRowId(grant, upstream))
    // A link goes on with the account that it was made for, whichever one its person has by now.
    return row && row.value.account !== name ? undefined : { userId, name }
  }

  /** One that was refused may have been ended there; or the answer meant something else. */
  async function lookInto(identity: Identity, grant: string, refused: string): Promise<void> {
    const id = tokenRowId(grant, upstream)
    const isOver = await state.alone(id, async () => {
      const row = await findRow(tools.store, id)
      const token = row && openToken(tools.sealer, row)
      const call = tools.callTo(upstream)
      if (!row || token === undefined || !call || bearer(token) !== refused) return false
      // Were each new one refused as well, they would be made without end.
      if (tools.now() - row.value.createdAt < REPLACED_AFTER_MS) return false
      if (await findOwner(call, token)) return false
      await changeRow(tools.store, row, { sealedToken: undefined })
      state.version++
      return true
    })
    if (!isOver) return
    const about = { user: identity.user.name, client: identity.client, grant }
    tools.audit({ event: 'upstream_token_refused', ...about, detail: `${upstream} has ended it` })
    await obtainToken(tools, state, { upstream, identity, grant })
  }

  return {
    credentialsOf,
    accountOf,
    noteRefused(identity, credentials) {
      const key = keyOf(identity)
      known.delete(key)
      const { grant } = identity
      // A person in a browser signs in again; nothing asks by itself.
      if (grant === undefined) return true
      if (!beingLookedInto.has(key)) {
        const looking = lookInto(identity, grant, credentials)
          .catch((error) => tools.log.warn({ upstream, detail: String(error.detail ?? error) }, 'token was refused'))
          .finally(() => beingLookedInto.delete(key))
        beingLookedInto.set(key, looking)
      }
      const isFirst = told.get(key) !== credentials
      told.set(key, credentials)
      return isFirst
    },
  }
}

function keyOf({ grant, user }: Identity): string {
  return grant ?? `user ${user.id}`
}

function bearer(token: string): string
function bearer(token: string | undefined): string | undefined
function bearer(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`
}
