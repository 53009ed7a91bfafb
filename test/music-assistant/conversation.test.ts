import test from 'ava'
import type { Effect } from '../../src/gateway/relay/conversation.ts'
import type { Identity } from '../../src/http/identity.ts'
import type { AllowCommand, Command, CommandCaller } from '../../src/music-assistant/command.ts'
import { beginConversation } from '../../src/music-assistant/conversation.ts'

const ADA: Identity = {
  user: { id: 'id-of-ada', name: 'ada', displayName: 'Ada' },
  scopes: ['music.control'],
  by: 'bearer',
}
const INFO = JSON.stringify({ server_id: 'abc', server_version: '2.10.0', schema_version: 77 })
const WELCOME = { authenticated: true, user: { user_id: 'u1', username: 'anna' } }

type Json = Record<string, unknown>

/** As effects read best. */
function told(effects: Effect[]): unknown[] {
  return effects.map((effect) => {
    if (effect.kind === 'tell') return [effect.whom, JSON.parse(effect.message)]
    if (effect.kind === 'decide') return ['decide', effect.token]
    return effect.kind === 'close' ? ['close', effect.why] : [effect.kind, effect.detail]
  })
}

function say(message: Json | string): string {
  return typeof message === 'string' ? message : JSON.stringify(message)
}

const allowAll: AllowCommand = () => undefined

/** One that has been let in with a header. */
function openKnown(allow: AllowCommand = allowAll, info = INFO) {
  const conversation = beginConversation(allow)
  conversation.connected(ADA, 'Bearer token-of-anna')
  conversation.fromUpstream(info)
  conversation.fromUpstream(say({ message_id: 'skillgate', result: WELCOME, partial: false }))
  return conversation
}

/** The client's message, and what follows. */
function hears(conversation: ReturnType<typeof beginConversation>, message: Json | string): unknown[] {
  return told(conversation.fromClient(say(message)))
}

test("a stranger's token is swapped for the person's own, and the server's answer comes under the client's id", (t) => {
  const conversation = beginConversation(allowAll, INFO)
  t.false(conversation.busy)
  t.deepEqual(hears(conversation, { message_id: '7', command: 'auth', args: { token: 'ours' } }), [['decide', 'ours']])
  t.true(conversation.busy)
  t.deepEqual(conversation.connected(ADA, 'Bearer token-of-anna'), [])
  t.true(conversation.listens)
  // It has been told the same before.
  t.deepEqual(told(conversation.fromUpstream(INFO)), [
    ['upstream', { message_id: 'skillgate', command: 'auth', args: { token: 'token-of-anna' } }],
  ])
  const answer = say({ message_id: 'skillgate', result: WELCOME, partial: false })
  t.deepEqual(told(conversation.fromUpstream(answer)), [
    ['client', { message_id: '7', result: WELCOME, partial: false }],
  ])
  t.false(conversation.busy)
  t.false(conversation.listens)
})

test('with a header the client hears the server itself first, may call at once, and its auth is answered', (t) => {
  const conversation = beginConversation(allowAll)
  t.true(conversation.busy)
  conversation.connected(ADA, 'Bearer token-of-anna')
  t.deepEqual(told(conversation.fromUpstream(INFO)), [
    ['client', JSON.parse(INFO)],
    ['upstream', { message_id: 'skillgate', command: 'auth', args: { token: 'token-of-anna' } }],
  ])
  t.deepEqual(conversation.fromUpstream(say({ message_id: 'skillgate', result: WELCOME })), [])
  t.deepEqual(hears(conversation, { message_id: 1, command: 'players/all' }), [
    ['upstream', { message_id: 1, command: 'players/all', args: {} }],
  ])
  t.deepEqual(hears(conversation, { message_id: '2', command: 'auth', args: { access_token: 'ours' } }), [
    ['decide', 'ours'],
  ])
  t.true(conversation.busy)
  t.deepEqual(told(conversation.decided({ kind: 'allowed' })), [
    ['client', { message_id: '2', result: WELCOME, partial: false }],
  ])
  t.false(conversation.busy)
})

test('before it has signed in, everything but auth is answered 20 and goes nowhere', (t) => {
  const commands = ['auth/login', 'auth/providers', 'players/all', 'auth/logout']
  for (const command of commands) {
    const conversation = beginConversation(() => t.fail('it is not even judged') as undefined, INFO)
    t.deepEqual(hears(conversation, { message_id: '1', command, args: {} }), [
      ['client', { message_id: '1', error_code: 20, details: 'Authentication required' }],
    ])
  }
  const conversation = beginConversation(allowAll, INFO)
  for (const args of [undefined, null, {}, { token: '' }, { token: 5 }, { token: ['x'] }]) {
    const fresh = beginConversation(allowAll, INFO)
    const [answer] = hears(fresh, { message_id: '1', command: 'auth', args: args as Json }) as [[string, Json]]
    t.is(answer[1].error_code, 20, JSON.stringify(args))
  }
  t.false(conversation.busy)
})

test('a wrong token is 23, a missing scope 22, and the client may try again, but not for ever', (t) => {
  const conversation = beginConversation(allowAll, INFO)
  const refused = (reason: 'invalid-token' | 'scope-missing') => {
    hears(conversation, { message_id: '1', command: 'auth', args: { token: 'x' } })
    return told(conversation.decided({ kind: 'refused', reason, sentence: 'No.' }))
  }
  t.deepEqual(refused('invalid-token'), [['client', { message_id: '1', error_code: 23, details: 'No.' }]])
  t.deepEqual(refused('scope-missing'), [['client', { message_id: '1', error_code: 22, details: 'No.' }]])
  refused('invalid-token')
  refused('invalid-token')
  const last = refused('invalid-token')
  t.deepEqual(last.at(-1), ['close', 'too many tries'])
})

test("what isn't the client's fault is 999, and the conversation is over", (t) => {
  const conversation = beginConversation(allowAll, INFO)
  hears(conversation, { message_id: '1', command: 'auth', args: { token: 'x' } })
  t.deepEqual(told(conversation.failed('Try again.')), [
    ['client', { message_id: '1', error_code: 999, details: 'Try again.' }],
    ['close', 'failed'],
  ])
  t.deepEqual(hears(conversation, { message_id: '2', command: 'players/all' }), [])
})

test("the server's refusal of the person's own token is for the gateway to explain", (t) => {
  const conversation = beginConversation(allowAll, INFO)
  hears(conversation, { message_id: '1', command: 'auth', args: { token: 'x' } })
  conversation.connected(ADA, 'Bearer old')
  conversation.fromUpstream(INFO)
  const answer = say({ message_id: 'skillgate', error_code: 23, details: 'Invalid or expired token' })
  t.deepEqual(told(conversation.fromUpstream(answer)), [
    ['refused by upstream', 'its answer to auth: 23 Invalid or expired token'],
  ])
  t.deepEqual(told(conversation.unlinked('Link it again.')), [
    ['client', { message_id: '1', error_code: 23, details: 'Link it again.' }],
    ['close', 'access ended'],
  ])
})

test('a server that says something else first, or has no users yet, is told as what it is', (t) => {
  for (const first of ['[]', 'nonsense', '{"event":"x"}', '{"message_id":"1","server_id":"a","schema_version":1}']) {
    const conversation = beginConversation(allowAll, INFO)
    hears(conversation, { message_id: '1', command: 'auth', args: { token: 'x' } })
    conversation.connected(ADA, 'Bearer t')
    const effects = told(conversation.fromUpstream(first)) as [[string, Json]]
    t.deepEqual([effects[0][1].error_code, effects.at(-1)], [999, ['close', 'failed']], first)
  }
  const conversation = beginConversation(allowAll, INFO)
  hears(conversation, { message_id: '1', command: 'auth', args: { token: 'x' } })
  conversation.connected(ADA, 'Bearer t')
  conversation.fromUpstream(INFO)
  const setup = say({ message_id: 'connection', error_code: 503, details: 'Setup required' })
  t.deepEqual(told(conversation.fromUpstream(setup))[0], [
    'client',
    { message_id: '1', error_code: 999, details: 'Setup required' },
  ])
})

test('each command is judged with its arguments, in the name of the person and of the account', (t) => {
  const judged: [Command, CommandCaller][] = []
  const conversation = openKnown((command, caller) => {
    judged.push([command, caller])
    return undefined
  })
  hears(conversation, { message_id: '1', command: 'players/cmd/play', args: { player_id: 'p' } })
  t.deepEqual(judged, [
    [
      { command: 'players/cmd/play', args: { player_id: 'p' } },
      { identity: ADA, account: { userId: 'u1', name: 'anna' } },
    ],
  ])
})

test("refusals have Music Assistant's codes, of its age", (t) => {
  const codes = (schema: number) =>
    (['unknown-command', 'not-permitted', 'scope-missing', 'invalid-data'] as const).map((reason) => {
      const info = say({ server_id: 'abc', schema_version: schema })
      const conversation = openKnown(() => ({ reason, sentence: 'Because.' }), info)
      const [[whom, answer]] = hears(conversation, { message_id: 'm', command: 'x' }) as [[string, Json]]
      t.deepEqual([whom, answer.message_id, answer.details], ['client', 'm', 'Because.'])
      return answer.error_code
    })
  t.deepEqual(codes(77), [12, 22, 22, 3])
  t.deepEqual(codes(29), [12, 22, 22, 999])
})

test('auth/logout, which ends the token of the link, never passes, whatever the table says', (t) => {
  const [[whom, answer]] = hears(openKnown(), { message_id: '1', command: 'auth/logout' }) as [[string, Json]]
  t.deepEqual([whom, answer.error_code], ['client', 22])
})

test('what was judged is what goes on: written anew, a key that came twice is there once', (t) => {
  const judged: Command[] = []
  const conversation = openKnown((command) => {
    judged.push(command)
    return undefined
  })
  const sent = '{"command":"auth/users","message_id":"1","command":"players/all","args":{"a":1,"a":2},"extra":{}}'
  t.deepEqual(conversation.fromClient(sent), [
    { kind: 'tell', whom: 'upstream', message: '{"message_id":"1","command":"players/all","args":{"a":2}}' },
  ])
  t.deepEqual(judged, [{ command: 'players/all', args: { a: 2 } }])
})

test('what Music Assistant hangs up on, the gateway hangs up on, and it reaches nobody', (t) => {
  const malformed = [
    '',
    'nonsense',
    '{"message_id":"1","command":"players/all"',
    '[{"message_id":"1","command":"players/all"}]',
    '"players/all"',
    'null',
    '{"command":"players/all"}',
    '{"message_id":null,"command":"players/all"}',
    '{"message_id":1.5,"command":"players/all"}',
    '{"message_id":"1"}',
    '{"message_id":"1","command":["players/all"]}',
    '{"message_id":"1","command":"players/all","args":[]}',
    '{"message_id":"1","command":"players/all","args":"x"}',
    '\ufeff{"message_id":"1","command":"players/all"}',
  ]
  for (const message of malformed) {
    for (const conversation of [openKnown(), beginConversation(allowAll, INFO)])
      t.deepEqual(hears(conversation, message), [['close', 'malformed']], message)
  }
})

test('numbers that would change on the way, and what is nested too deep, are invalid data', (t) => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  for (const value of ['1e999', '9007199254740993', '-1e400', nested(64), nested(50_000)]) {
    const conversation = openKnown()
    const [[whom, answer]] = hears(conversation, `{"message_id":"1","command":"x","args":{"a":${value}}}`) as [
      [string, Json],
    ]
    t.deepEqual([whom, answer.error_code], ['client', 3], value.slice(0, 40))
  }
  for (const value of ['0.5', '-3', '9007199254740991', '"9007199254740993"', 'null', nested(63)]) {
    const [[whom]] = hears(openKnown(), `{"message_id":"1","command":"x","args":{"a":${value}}}`) as [[string]]
    t.is(whom, 'upstream', value.slice(0, 40))
  }
})

test('a server whose errors are no words, or without end, is told in short ones', (t) => {
  for (const details of [{ toString: 1, valueOf: 1 }, ['x'], 'y'.repeat(1_000_000), null]) {
    for (const message_id of ['skillgate', 'connection']) {
      const conversation = beginConversation(allowAll, INFO)
      hears(conversation, { message_id: '1', command: 'auth', args: { token: 'x' } })
      conversation.connected(ADA, 'Bearer t')
      conversation.fromUpstream(INFO)
      const answer = say({ message_id, error_code: details as unknown, details })
      t.true(JSON.stringify(conversation.fromUpstream(answer)).length < 1000)
    }
  }
})

test('whoever signs in once more is judged by the token that was shown last', (t) => {
  const scopes: string[][] = []
  const conversation = openKnown((_, { identity }) => {
    scopes.push(identity.scopes)
    return undefined
  })
  hears(conversation, { message_id: '1', command: 'player_queues/play' })
  hears(conversation, { message_id: '2', command: 'auth', args: { token: 'narrow' } })
  conversation.decided({ kind: 'allowed', identity: { ...ADA, scopes: ['music.read'] } })
  hears(conversation, { message_id: '3', command: 'player_queues/play' })
  t.deepEqual(scopes, [['music.control'], ['music.read']])
})
