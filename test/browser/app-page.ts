/**
 * A client that is nothing but a page: it knows an address of an API, and does all the rest by `fetch`. It finds out where
 * to ask, registers, links with PKCE, calls, refreshes and revokes.
 */
export const APP_PAGE = `<!doctype html><h1>App</h1><script>
const redirect_uri = location.origin + '/callback'

function base64url(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '')
}

async function call(api, token) {
  const authorization = token === undefined ? {} : { Authorization: 'Bearer ' + token }
  const response = await fetch(api, { headers: { ...authorization, 'MCP-Protocol-Version': '2025-11-25' } })
  const { status, headers } = response
  const read = (name) => headers.get(name)
  return { status, challenge: read('WWW-Authenticate'), session: read('Mcp-Session-Id'), body: await response.text() }
}

async function discover(api) {
  const { challenge } = await call(api)
  const [, about] = /resource_metadata="([^"]+)"/.exec(challenge)
  const { authorization_servers } = await (await fetch(about)).json()
  return (await fetch(authorization_servers[0] + '/.well-known/oauth-authorization-server')).json()
}

async function register(server, token) {
  const response = await fetch(server.registration_endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer ' + token },
    body: JSON.stringify({
      client_name: 'A page',
      redirect_uris: [redirect_uri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'music.read user:read',
    }),
  })
  return response.json()
}

async function begin(server, client_id) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)))
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)))
  sessionStorage.linking = JSON.stringify({ server, client_id, verifier })
  const asked = { response_type: 'code', client_id, redirect_uri, state: 's', code_challenge: challenge }
  location.href = server.authorization_endpoint + '?' +
    new URLSearchParams({ ...asked, code_challenge_method: 'S256', scope: 'music.read user:read' })
}

async function post(endpoint, form) {
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, json: JSON.parse((await response.text()) || '{}') }
}

async function finish() {
  const { server, client_id, verifier } = JSON.parse(sessionStorage.linking)
  const code = new URLSearchParams(location.search).get('code')
  const form = { grant_type: 'authorization_code', client_id, redirect_uri, code, code_verifier: verifier }
  return (await post(server.token_endpoint, form)).json
}
</script>`
