/** What the authorization server should know, in as few words as possible: no store, no hashes, no HTTP. */
export interface Model {
  now: number
  disabled: boolean
  codes: Code[]
  grants: Grant[]
  access: Access[]
  refresh: Refresh[]
}

export type ClientName = 'alexa' | 'phone'

interface Code {
  client: ClientName
  expiresAt: number
  redeemed?: { at: number; grant: Grant }
}
interface Grant {
  client: ClientName
  revoked: boolean
  lastUsedAt: number
}
interface Access {
  grant: Grant
  expiresAt: number
  revoked: boolean
}
interface Refresh {
  grant: Grant
  expiresAt: number
  successor?: { of: number; at: number }
}

/** `refresh` is the number of the refresh token that comes with it, which may be one that was there before. */
export type Outcome = { kind: 'tokens'; refresh: number } | { kind: 'invalid_grant' }

const MINUTE = 60_000
const DAYS_90 = 90 * 24 * 60 * MINUTE
const REFUSED: Outcome = { kind: 'invalid_grant' }

export function newModel(now: number): Model {
  return { now, disabled: false, codes: [], grants: [], access: [], refresh: [] }
}

export function approve(model: Model, client: ClientName): void {
  model.codes.push({ client, expiresAt: model.now + 5 * MINUTE })
}

/** @param by the client that sends it, with its own credentials. */
export function exchange(model: Model, number: number, by: ClientName, verifierIsRight: boolean): Outcome {
  const code = model.codes[number]
  if (!code || code.expiresAt <= model.now || code.client !== by || !verifierIsRight || model.disabled) return REFUSED
  if (code.redeemed) {
    if (model.now - code.redeemed.at > 10_000) code.redeemed.grant.revoked = true
    return REFUSED
  }
  const grant = { client: code.client, revoked: false, lastUsedAt: model.now }
  code.redeemed = { at: model.now, grant }
  model.grants.push(grant)
  issueAccess(model, grant)
  model.refresh.push({ grant, expiresAt: model.now + DAYS_90 })
  return { kind: 'tokens', refresh: model.refresh.length - 1 }
}

export function refresh(model: Model, number: number, by: ClientName): Outcome {
  const token = model.refresh[number]
  if (!token || token.expiresAt <= model.now || !isAlive(model, token.grant) || model.disabled) return REFUSED
  const { grant } = token
  if (grant.client !== by) return REFUSED
  const wasUsed = token.successor && model.refresh[token.successor.of]?.successor !== undefined
  if (token.successor && (wasUsed || model.now - token.successor.at > MINUTE)) {
    grant.revoked = true
    return REFUSED
  }
  issueAccess(model, grant)
  const noted = model.now - grant.lastUsedAt >= MINUTE
  if (noted) grant.lastUsedAt = model.now
  if (by === 'alexa') {
    if (noted) token.expiresAt = model.now + DAYS_90
    return { kind: 'tokens', refresh: number }
  }
  if (!token.successor) {
    token.successor = { of: model.refresh.length, at: model.now }
    model.refresh.push({ grant, expiresAt: model.now + DAYS_90 })
  }
  return { kind: 'tokens', refresh: token.successor.of }
}

/** Only its own client's request has an effect. */
export function revokeRefresh(model: Model, number: number, by: ClientName): void {
  const token = model.refresh[number]
  if (token && token.expiresAt > model.now && token.grant.client === by) token.grant.revoked = true
}

export function revokeAccess(model: Model, number: number, by: ClientName): void {
  const token = model.access[number]
  if (token && token.grant.client === by && isAlive(model, token.grant)) token.revoked = true
}

export function isGood(model: Model, number: number): boolean {
  const token = model.access[number]
  if (!token || token.revoked || token.expiresAt <= model.now || model.disabled) return false
  return isAlive(model, token.grant)
}

function issueAccess(model: Model, grant: Grant): void {
  model.access.push({ grant, expiresAt: model.now + 60 * MINUTE, revoked: false })
}

function isAlive({ now }: Model, { revoked, lastUsedAt }: Grant): boolean {
  return !revoked && now < lastUsedAt + DAYS_90
}
