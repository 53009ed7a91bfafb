import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { executeUnlocked } from '../../support/break-store.ts'
import { Browser } from '../../support/browser.ts'
import { exactRequest } from '../../support/exact-request.ts'
import { ADA, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { approve, callApi, exchange, link, openAuthorize, refresh } from '../../support/linking.ts'

/** Breaks the house's store, and mends it again, from outside. */
function saboteur(t: ExecutionContext, { folder }: TestHouse) {
  const database = new DatabaseSync(join(folder, 'data', 'skillgate.db'))
  t.teardown(() => database.close())
  return {
    breakStore: () => executeUnlocked(database, 'ALTER TABLE keyv RENAME TO hidden'),
    mendStore: () => executeUnlocked(database, 'ALTER TABLE hidden RENAME TO keyv'),
    /** From now on only writing fails. */
    breakWriting: () =>
      executeUnlocked(database, `CREATE TRIGGER sabotage BEFORE INSERT ON keyv BEGIN SELECT RAISE(ABORT, 'no'); END`),
    mendWriting: () => executeUnlocked(database, 'DROP TRIGGER sabotage'),
  }
}

test('40. while the store fails, exchanging, refreshing and calling are answered 503, and work again afterwards', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const code = (await approve(house)).get('code')
  t.is((await callApi(house, linked.access)).status, 200, 'the cache knows the token')
  const { breakStore, mendStore } = saboteur(t, house)

  await breakStore()
  for (let time = 0; time < 2; time++) {
    for (const answer of [
      await exchange(house, code),
      await refresh(house, linked.refresh),
      await callApi(house, linked.access),
    ]) {
      t.is(answer.status, 503)
      t.is(answer.json.error, 'store_unavailable')
      t.is(answer.headers['www-authenticate'], undefined)
      t.is(answer.headers['cache-control'], 'no-store')
      t.regex(String(answer.headers['retry-after']), /^\d+$/)
    }
  }

  await mendStore()
  t.is((await callApi(house, linked.access)).status, 200)
  t.is((await refresh(house, linked.refresh)).status, 200)
  t.is((await exchange(house, code)).status, 200)
})

test('40. a store that can be read but not written spends no code and ends no link', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const code = (await approve(house)).get('code')
  const { breakWriting, mendWriting } = saboteur(t, house)

  await breakWriting()
  const answers = [await exchange(house, code), await exchange(house, code), await refresh(house, linked.refresh)]
  for (const { status, json } of answers) {
    t.is(status, 503)
    t.is(json.error, 'store_unavailable')
  }
  t.is((await callApi(house, linked.access)).status, 200, 'reading goes on')

  await mendWriting()
  t.is((await exchange(house, code)).status, 200)
  t.is((await refresh(house, linked.refresh)).status, 200)
})

test('40. somebody who signs in while the store fails gets a page with status 503, and can go on afterwards', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const typed = { username: ADA.name, password: ADA.password }
  const { breakStore, mendStore, breakWriting, mendWriting } = saboteur(t, house)
  for (const [breakIt, mendIt] of [
    [breakStore, mendStore],
    [breakWriting, mendWriting],
  ] as const) {
    await breakIt()
    const { status, headers, text } = await browser.submit(page, typed)
    t.is(status, 503)
    t.is(headers.location, undefined)
    t.regex(text, /<h1>/)
    t.notRegex(text, /keyv|SQL|skillgate\.db|password/)
    await mendIt()
  }
  t.is((await browser.submit(page, typed)).status, 303)
})

test('40. a failing store is told by /health, until it works again', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const { breakStore, mendStore } = saboteur(t, house)
  await breakStore()
  await refresh(house, linked.refresh)
  const degraded = await exactRequest(house, { path: '/health' })
  t.is(degraded.status, 503)
  t.like(JSON.parse(degraded.text), { status: 'error', endpoints: [] })
  await mendStore()
  await refresh(house, linked.refresh)
  t.is((await exactRequest(house, { path: '/health' })).status, 200)
})
