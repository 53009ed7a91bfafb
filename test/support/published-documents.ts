import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { ExecutionContext } from 'ava'
import { type FetchPublicDocument, publicFetch } from '../../src/net/fetch-public-document.ts'
import { listenUntilEnd } from './listen-until-end.ts'
import { privateCertificate } from './secure-upstream.ts'

/** Where apps publish what they are. */
export const APPS = 'apps.example.org'
const SOMEWHERE_PUBLIC = '93.184.215.14'

export interface PublishedDocuments {
  /** For a house: in its world the name of the apps is a public one, and leads here. */
  fetchDocument: FetchPublicDocument
  /** @returns the URL, which is the `client_id`. */
  publish: (path: string, document: object) => string
  withdraw: (path: string) => void
  /** The paths that were asked for, one after the other. */
  asked: string[]
}

/** A server over TLS with the documents of apps, which nobody is to remember; it ends with the test. @param host where they are. */
export async function publishDocuments(t: ExecutionContext, host = APPS): Promise<PublishedDocuments> {
  const documents = new Map<string, object>()
  const asked: string[] = []
  const { key, cert, caFile } = await privateCertificate(t, { names: [host] })
  const server = createServer({ key, cert }, (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const document = documents.get(path)
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Connection: 'close' }
    response.writeHead(document ? 200 : 404, headers).end(JSON.stringify(document ?? {}))
  })
  const port = await listenUntilEnd(t, server)
  const fetchDocument = publicFetch({
    resolve: async (name, family) => (name === host && family === 4 ? [SOMEWHERE_PUBLIC] : []),
    reach: () => ({ addresses: ['127.0.0.1'], port }),
    ca: [readFileSync(caFile, 'utf8')],
    timeoutMs: 60_000,
  })
  return {
    fetchDocument,
    asked,
    publish(path, document) {
      const url = `https://${host}${path}`
      documents.set(path, { client_id: url, ...document })
      return url
    },
    withdraw: (path) => documents.delete(path),
  }
}
