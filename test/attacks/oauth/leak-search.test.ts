import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { newSecret } from '../../../src/secrets/secret.ts'
import { testEnvironment } from '../../support/environment.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { checkFolderHoldsNoSecret, checkHoldsNoSecret, noteIssued } from '../../support/issued-secrets.ts'
import { link, refresh } from '../../support/linking.ts'

test('49. the search with which every test ends finds what it looks for, and finds nothing after linking', async (t) => {
  const house = await startTestHouse(t)
  const { refresh: token } = await link(house)
  await refresh(house, token)
  t.notThrows(() => checkFolderHoldsNoSecret(house.folder))
  t.throws(() => checkHoldsNoSecret(`{"token":"${token}"}`, 'a row'), {
    message: 'a row holds a secret that was issued',
  })

  const secret = newSecret(testEnvironment())
  const fromElsewhere = randomBytes(32).toString('base64url')
  t.notThrows(() => checkHoldsNoSecret(fromElsewhere, 'a row'))
  noteIssued(fromElsewhere)
  t.throws(() => checkHoldsNoSecret(`-${fromElsewhere}_`, 'a row'))
  const trail = join(house.folder, 'data', 'a.db-wal')
  appendFileSync(trail, `x${secret}y`)
  t.throws(() => checkFolderHoldsNoSecret(house.folder), { message: /a\.db-wal holds a secret/ })
  appendFileSync(trail, '', { flag: 'w' })
})
