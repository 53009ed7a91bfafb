import { FIN, type HostileAnswer, head, ok, RESET } from './hostile-answer.ts'

const LENGTH = 'Content-Length: 5'
const EMPTY = { whole: 200, body: '' }

/** Answers that end too early, at each stage. Of what nothing came, a GET is sent once more, and nothing else ever. */
export const ENDS: HostileAnswer[] = [
  { id: 'nothing, and an end', script: [FIN], expect: 502, tries: 2 },
  { id: 'nothing, and a reset', script: [RESET], expect: 502, tries: 2 },
  { id: 'a letter, and an end', script: ['H', FIN], expect: 502 },
  { id: 'a letter, and a reset', script: ['H', RESET], expect: 502 },
  { id: 'its status, and an end', script: ['HTTP/1.1 200', FIN], expect: 502 },
  { id: 'its status, and a reset', script: ['HTTP/1.1 200', RESET], expect: 502 },
  { id: 'its first line, and an end', script: ['HTTP/1.1 200 OK\r\n', FIN], expect: 502 },
  { id: 'its first line, and a reset', script: ['HTTP/1.1 200 OK\r\n', RESET], expect: 502 },
  { id: 'half a header, and an end', script: ['HTTP/1.1 200 OK\r\nContent-Le', FIN], expect: 502 },
  { id: 'half a header, and a reset', script: ['HTTP/1.1 200 OK\r\nContent-Le', RESET], expect: 502 },
  { id: 'all but the end of its head, and an end', script: [`HTTP/1.1 200 OK\r\n${LENGTH}\r\n`, FIN], expect: 502 },
  { id: '103, and a reset', script: [head('HTTP/1.1 103 Early Hints'), RESET], expect: 502 },
  { id: 'its head, and an end', script: [ok([LENGTH]), FIN], expect: 'cut', head: EMPTY },
  { id: 'its head, and a reset', script: [ok([LENGTH]), RESET], expect: 'cut', head: EMPTY },
]

/** Answers that never begin, though there may always be something new. */
export const ENDLESS: HostileAnswer[] = [
  { id: 'nothing', script: [], expect: 504 },
  { id: 'half a status', script: ['HTTP/1.1 20'], expect: 504 },
  { id: 'half a head', script: [`HTTP/1.1 200 OK\r\n${LENGTH}\r\n`], expect: 504 },
  { id: '100, and nothing more', script: [head('HTTP/1.1 100 Continue')], expect: 504 },
  { id: 'a drip of 100', script: [{ action: 'drip', text: head('HTTP/1.1 100 Continue') }], expect: 504 },
  { id: 'a drip of 103', script: [{ action: 'drip', text: head('HTTP/1.1 103 Early Hints') }], expect: 504 },
  { id: 'a drip of its reason', script: ['HTTP/1.1 200 ', { action: 'drip', text: 'a' }], expect: 504 },
  { id: 'a drip of headers', script: ['HTTP/1.1 200 OK\r\n', { action: 'drip', text: 'X: a\r\n' }], expect: 504 },
]
