import test from 'ava'
import type { Examination } from '../../../../src/app/doctor/examination.ts'
import { EXAMINATIONS } from '../../../../src/app/doctor/examinations.ts'
import { examine } from '../../../../src/app/doctor/examine.ts'
import { account, judgeAccount } from '../../../../src/app/doctor/house/account.ts'

test('the owner of data_dir and root may look, and whoever comes before there is one', (t) => {
  for (const [me, owner] of [
    [1000, 1000],
    [0, 1000],
    [1000, undefined],
    [undefined, undefined],
  ])
    t.is(judgeAccount(me, owner, '/srv/data').verdict, 'good')
})

test('anybody else is told who should look, and how', (t) => {
  const { verdict, found, remedy } = judgeAccount(4_000_001, 4_000_000, '/srv/data')
  t.is(verdict, 'unseen')
  t.is(found, '/srv/data belongs to #4000000, and this is #4000001, who may not see what is in it.')
  t.is(remedy, "sudo -u '#4000000' npx skillgate doctor")
})

test('where somebody looks who may not, nothing else is looked at', async (t) => {
  t.is(EXAMINATIONS[0], account)
  const looked: string[] = []
  const look = (id: string, verdict: 'good' | 'unseen', isNeeded: boolean): Examination => ({
    ...{ id, title: id, isLocal: false, isNeeded },
    async look() {
      looked.push(id)
      return [{ id, verdict, found: id }]
    },
  })
  const all = [look('a', 'good', true), look('b', 'unseen', false), look('c', 'unseen', true), look('d', 'good', false)]
  const examined = await examine({} as never, all)
  t.deepEqual(looked, ['a', 'b', 'c'])
  t.is(examined.length, 3)
})
