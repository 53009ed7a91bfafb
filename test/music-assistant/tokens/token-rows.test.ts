import test from 'ava'
import {
  findRow,
  openEarlier,
  openToken,
  sealToken,
  sealTokensAnew,
} from '../../../src/music-assistant/tokens/token-rows.ts'
import { addKey, keyFile } from '../../../src/secrets/key-file.ts'
import { openSealer } from '../../../src/secrets/seal.ts'
import type { UpstreamTokenRecord } from '../../../src/store/records.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { openStores } from '../../support/grants.ts'

const ABOUT = {
  upstream: 'music',
  userName: 'anna',
  userId: 'u1',
  account: 'anna',
  name: 'Alexa',
  createdAt: 0,
  endsAt: 1,
}

test('after a rotation every token is sealed by the newest key, also one that a gateway renews meanwhile', async (t) => {
  const { store, ...environment } = await openStores(t)
  const folder = temporaryFolder(t)
  const sealer = await openSealer(keyFile(folder), environment)
  const rowOf = (id: string, token: string): UpstreamTokenRecord => ({
    ...{ revision: 1, ...ABOUT, sealedToken: sealToken(sealer, id, token) },
    earlier: [sealToken(sealer, id, `${token} before`)],
  })
  for (const id of ['u1.a.music', 'u1.b.music', 'u1.c.music']) await store.put('upstream-token', id, rowOf(id, id))
  await addKey(keyFile(folder), environment)

  let renewed = false
  const busy = {
    ...store,
    async replace(...given: Parameters<typeof store.replace>) {
      const [kind, id, revision] = given
      if (!renewed && id === 'u1.a.music') {
        renewed = true
        const row = { ...rowOf(id, 'the renewed one'), revision: revision + 1 }
        await store.replace(kind as 'upstream-token', id, revision, row)
      }
      return store.replace(...given)
    },
  } as typeof store
  await sealTokensAnew({ store: busy, sealer })

  for (const [id, token] of [
    ['u1.a.music', 'the renewed one'],
    ['u1.b.music', 'u1.b.music'],
    ['u1.c.music', 'u1.c.music'],
  ] as const) {
    const row = (await findRow(store, id))!
    t.true([row.value.sealedToken!, ...row.value.earlier!].every(sealer.isNewest), id)
    t.is(openToken(sealer, row), token)
    t.deepEqual(openEarlier(sealer, row), [`${token} before`])
  }
})
