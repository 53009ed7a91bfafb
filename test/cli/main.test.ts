import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { COMMANDS } from '../../src/cli/commands.ts'
import { skillgate } from '../support/process.ts'
import { openTerminal } from '../support/terminal.ts'

test('what makes no sense is refused in words that say what to type', async (t) => {
  const { type } = await openTerminal(t)
  const refusals: [string, object, string][] = [
    ['grant', {}, 'Say what to do: skillgate grant list | revoke'],
    ['grant show', {}, 'Say what to do: skillgate grant list | revoke'],
    ['client', {}, 'Say what to do: skillgate client list | allow | secret | new-secret | remove'],
    ['grants list', {}, 'There is no command "grants". "skillgate help" shows what there is.'],
    ['toString', {}, 'There is no command "toString". "skillgate help" shows what there is.'],
    ['', {}, 'There is no command "". "skillgate help" shows what there is.'],
    ['grant revoke', {}, 'Say which: skillgate grant revoke ID'],
    ['client secret', { renew: true }, 'Say which: skillgate client secret ID'],
    ['client remove', {}, 'Say which: skillgate client remove ID'],
    ['grant revoke a b', {}, '"grant revoke" takes nothing more; "b" is too much.'],
    ['grant list ada', {}, '"grant list" takes nothing more; "ada" is too much.'],
    ['check all', {}, '"check" takes nothing more; "all" is too much.'],
  ]
  for (const [words, options, message] of refusals) {
    await t.throwsAsync(type(words, options), { name: 'CommandError', message }, words)
  }
})

test('an option of another command is refused, and one of its own is taken', async (t) => {
  const { type } = await openTerminal(t)
  const all = { user: 'ada', client: 'phone', renew: true, overlap: '1', last: '1', json: true, follow: true }
  let refused = 0
  for (const [name, { words = [], options = [] }] of Object.entries(COMMANDS)) {
    for (const [option, value] of Object.entries(all)) {
      if (options.some((own) => own === option)) continue
      const typed = `${name} ${words === 'any' ? 'list' : words.join(' ')}`
      const message = `"${name}" takes no --${option}.`
      await t.throwsAsync(type(typed, { [option]: value }), { name: 'CommandError', message })
      refused++
    }
  }
  t.is(refused, Object.keys(COMMANDS).length * 7 - 14)
})

test('the help has every command and every option', async (t) => {
  const { type } = await openTerminal(t)
  const text = (await type('help')).join('\n')
  for (const [name, { words = [], options = [] }] of Object.entries(COMMANDS)) {
    const typed = [name, ...(words === 'any' ? [] : words)].join(' ')
    t.regex(text, new RegExp(`^ {2}${typed === 'version' ? 'help, version' : typed}\\b`, 'm'))
    for (const option of options) t.true(text.includes(`--${option}`), option)
  }
  const { message } = (await t.throwsAsync(type('user')))!
  const actions = message.replace(/^.*skillgate user /, '').split(' | ')
  t.true(actions.length >= 8)
  for (const action of actions) t.regex(text, new RegExp(`^ {2}user ${action} `, 'm'))
})

test('in a process of its own options are read wherever they stand, and strange ones refused in one line', async (t) => {
  const { folder } = await openTerminal(t)
  const config = ['--config', join(folder, 'gateway.yaml')]
  const listed = await skillgate([...config, 'grant', '--client', 'phone', 'list'])
  t.deepEqual(listed, { code: 0, stdout: 'There is no such grant.\n', stderr: '' })
  t.regex((await skillgate(['audit', '--last=3', ...config])).stdout, /^Nothing has happened yet/)

  const refusals: [string[], RegExp][] = [
    [['audit', '--renew'], /^"audit" takes no --renew\.\n$/],
    [['grant', 'list', '--uesr', 'ada'], /^Unknown option --uesr\. "skillgate help" shows what there is\.\n$/],
    [['client', 'allow', '--for'], /^--for needs a value after it\. "skillgate help" shows which\.\n$/],
    [['client', 'allow', '--for', '--stop'], /^--for needs a value after it\. .*\n$/],
    [['grant', 'list', '--user=ada', '--json=1'], /^Option '--json' does not take an argument\n$/],
    [['client', 'secret', 'nobody'], /^There is no client nobody\. .*\n$/],
  ]
  for (const [words, stderr] of refusals) {
    const refused = await skillgate([...words, ...config])
    t.deepEqual([refused.code, refused.stdout], [1, ''], words.join(' '))
    t.regex(refused.stderr, stderr)
  }
})

test('the version and the help need no configuration', async (t) => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  for (const words of [['version'], ['--version'], ['version', '--config', '/nowhere.yaml']]) {
    t.is((await skillgate(words)).stdout, `${version}\n`)
  }
  for (const words of [[], ['help'], ['--help'], ['grant', 'list', '-h'], ['--help', '--version']]) {
    t.regex((await skillgate(words)).stdout, /^skillgate COMMAND/, words.join(' '))
  }
})
