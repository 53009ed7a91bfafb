import test from 'ava'
import { COLUMNS, wrap } from '../../src/cli/wrap.ts'

test('a command begins a line, and what stands in braces stays whole', (t) => {
  const text = `write tls: { source: files, certificate: a.pem } into gateway.yaml and then have it looked at, as ever:  npx skillgate check`
  const lines = wrap('to do:  ', text, '  ')
  t.is(lines.at(-1), '  npx skillgate check')
  t.true(lines.some((line) => line.includes('{ source: files, certificate: a.pem }')))
  t.true(lines.every((line) => line.length <= COLUMNS))
})

test('what has no spaces is not torn apart', (t) => {
  const path = `/${'x'.repeat(100)}`
  t.deepEqual(wrap('', `see ${path} there`, '  '), ['see', `  ${path}`, '  there'])
})
