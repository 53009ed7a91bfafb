import test from 'ava'
import { connector, DOCUMENTS, followConnectorPage, useConnector } from '../../support/connector-page.ts'
import { wordsOn } from '../../support/device.ts'
import { publishDocuments } from '../../support/published-documents.ts'

test('a connector that nobody has heard of links by its document, which stands at a host of the list', async (t) => {
  const claude = await publishDocuments(t, 'claude.ai')
  const redirectUrl = 'https://claude.ai/api/mcp/auth_callback'
  const clientMetadataUrl = claude.publish('/oauth/mcp-oauth-client-metadata', {
    client_name: 'Claude',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  })
  const followed = await followConnectorPage(t, DOCUMENTS, { fetchDocument: claude.fetchDocument })
  if (followed === undefined) return
  const { page, tools } = followed
  const server = JSON.parse(await page.type('oauth-authorization-server'))
  t.true(server.client_id_metadata_document_supported)
  const memory = Object.assign(connector(redirectUrl), { clientMetadataUrl })
  const consent = await useConnector(t, page, tools, memory)
  t.is(memory.client!.client_id, clientMetadataUrl)
  t.regex(wordsOn(consent), /claude\.ai/)
  t.true((await page.type('client list')).includes(clientMetadataUrl))
})
