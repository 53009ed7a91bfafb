import { DatabaseSync } from 'node:sqlite'
import type { Adapter, AdapterPayload } from 'oidc-provider'

/**
 * Opens it with the same promises as Skillgate's: what was committed survives a power cut.
 * One table with the indexes that the adapter's methods need, and one by which expired rows can be deleted.
 */
export function openOidcDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;
    CREATE TABLE IF NOT EXISTS model (
      key TEXT NOT NULL UNIQUE, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, user_code TEXT, expires INTEGER
    );
    CREATE INDEX IF NOT EXISTS model_grant ON model (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS model_uid ON model (uid) WHERE uid IS NOT NULL;
    CREATE INDEX IF NOT EXISTS model_user_code ON model (user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX IF NOT EXISTS model_expires ON model (expires) WHERE expires IS NOT NULL;`)
  return database
}

type Row = { payload: string; expires: number | null } | undefined

const now = () => Math.floor(Date.now() / 1000)

/** Writes as oidc-provider's adapters do; every statement is prepared once. */
export function upsertInto(database: DatabaseSync) {
  const upsert = database.prepare(`
    INSERT INTO model (key, payload, grant_id, uid, user_code, expires) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
      user_code = excluded.user_code, expires = excluded.expires`)
  return (key: string, payload: AdapterPayload, expiresIn?: number) => {
    const { grantId, uid, userCode } = payload
    const expires = expiresIn ? now() + expiresIn : null
    upsert.run(key, JSON.stringify(payload), grantId ?? null, uid ?? null, userCode ?? null, expires)
  }
}

/** @see https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js */
export function oidcAdapter(database: DatabaseSync): (model: string) => Adapter {
  const write = upsertInto(database)
  const byKey = database.prepare('SELECT payload, expires FROM model WHERE key = ?')
  const byUid = database.prepare('SELECT payload, expires FROM model WHERE uid = ?')
  const byUserCode = database.prepare('SELECT payload, expires FROM model WHERE user_code = ?')
  const consume = database.prepare(`UPDATE model SET payload = json_set(payload, '$.consumed', ?) WHERE key = ?`)
  const destroy = database.prepare('DELETE FROM model WHERE key = ?')
  const revoke = database.prepare('DELETE FROM model WHERE grant_id = ?')
  const payloadOf = (row: Row): AdapterPayload | undefined =>
    row && (row.expires === null || row.expires > now()) ? JSON.parse(row.payload) : undefined

  return (model) => ({
    async upsert(id, payload, expiresIn) {
      write(`${model}:${id}`, payload, expiresIn)
    },
    find: async (id) => payloadOf(byKey.get(`${model}:${id}`) as Row),
    findByUid: async (uid) => payloadOf(byUid.get(uid) as Row),
    findByUserCode: async (userCode) => payloadOf(byUserCode.get(userCode) as Row),
    async consume(id) {
      consume.run(now(), `${model}:${id}`)
    },
    async destroy(id) {
      destroy.run(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      revoke.run(grantId)
    },
  })
}
