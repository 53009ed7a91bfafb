import test from 'ava'
import { COMMAND_TABLE } from '../../../src/music-assistant/commands/command-table.ts'

test('the table has each command once, under a name that a server can have', (t) => {
  t.is(COMMAND_TABLE.size, 368)
  for (const name of COMMAND_TABLE.keys()) t.regex(name, /^[a-z0-9_]+(\/[a-z0-9_]+)*$/)
})

test('whatever is allowed of auth, config and the like is auth/me, and what the official client cannot begin without', (t) => {
  const owners = /^(auth|config|logging|remote_access|diagnostics|storage|tasks|dashboard|translations)(\/|$)/
  const allowed = [...COMMAND_TABLE].filter(([name, verdict]) => owners.test(name) && verdict !== 'refused')
  t.deepEqual(allowed, [
    ['dashboard/dashboards', 'reads'],
    ['dashboard/sessions', 'reads'],
    ['auth/me', 'self'],
  ])
})

test('nothing that is only read sounds as if it did something', (t) => {
  const reads = [...COMMAND_TABLE].filter(([, verdict]) => verdict === 'reads').map(([name]) => name)
  for (const name of reads)
    t.notRegex(name, /\/(add|remove|update|delete|create|save|set|play|mark|merge|import|sync|refresh|cmd)(_|\/|$)/)
})
