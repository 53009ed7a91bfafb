import { forwarded, get, type RawCase, refused, request } from './raw-case.ts'

const call = (headers: string[]) => get(['BEARER', ...headers], '/any/x')

/** What would be somebody else, if it arrived. */
export const IDENTITIES: RawCase[] = [
  forwarded('identity-of-a-stranger', get(['X-Remote-User-Id: admin'])),
  forwarded('identity-besides', call(['X-Remote-User-Id: admin'])),
  forwarded('identity-in-capitals', call(['X-REMOTE-USER-ID: admin'])),
  forwarded('identity-twice', call(['X-Remote-User-Id: admin', 'x-remote-user-id: root'])),
  forwarded('identity-underscores', call(['X_Remote_User_Id: admin'])),
  forwarded('identity-dots', call(['X.Remote.User.Id: admin'])),
  forwarded('identity-mixed', call(['X-Remote_User.Id: admin'])),
  forwarded('identity-empty', call(['X-Remote-User-Id:'])),
  forwarded('identity-listed-in-connection', call(['Connection: keep-alive, X-Remote-User-Id'])),
  forwarded('identity-scopes', call(['X-Auth-Scopes: everything', 'X-Auth-Client-Id: root'])),
  forwarded(
    'identity-for-proxies',
    call(['X-Forwarded-User: admin', 'Forwarded: for=1.2.3.4;by=x', 'X-Real-IP: 1.2.3.4']),
  ),
  forwarded(
    'identity-in-trailer',
    request(
      'POST /any/x HTTP/1.1',
      ['BEARER', 'Transfer-Encoding: chunked', 'Trailer: X-Remote-User-Id'],
      '0\r\nX-Remote-User-Id: admin\r\n\r\n',
    ),
  ),
  refused('identity-tilde', call(['X~Remote~User~Id: admin'])),
  refused('identity-plus', call(['X+Remote+User+Id: admin'])),
  refused('identity-one-bar', call(['X-Remote-User|Id: admin'])),
  refused('identity-apostrophe', call(["X'Remote-User-Id: admin"])),
  refused('identity-space-before-colon', call(['X-Remote-User-Id : admin'])),
  refused('identity-folded', call(['X-Y: z', ' X-Remote-User-Id: admin'])),
  refused('token-in-query', get([], '/any/x?access_token=some'), 401),
  refused('token-in-cookie', get(['Cookie: access_token=x'], '/any/x'), 401),
  refused('token-of-nobody', get(['Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'], '/any/x'), 401),
  refused('token-basic', get(['Authorization: Basic YWRhOmFkYQ=='], '/any/x'), 401),
  refused('token-twice-in-one', get(['Authorization: Bearer a, Bearer b'], '/any/x'), 401),
  refused('token-in-another-name', get(['Authorization_: Bearer a'], '/any/x'), 401),
]
