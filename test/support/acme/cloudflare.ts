import type { ExecutionContext } from 'ava'
import { startWebServer, type WebAnswer, type WebRequest } from '../web-server.ts'

interface CloudflareRecord {
  type: string
  name: string
  content: string
}

/** As much of Cloudflare's API, version 4, as records need; it ends with the test. */
export async function startCloudflare(t: ExecutionContext, { token, zones }: { token: string; zones: string[] }) {
  const records = new Map<string, CloudflareRecord & { id: string; zone: string }>()
  let made = 0
  const add = (zone: string, record: CloudflareRecord) => {
    const id = `record-${++made}`
    records.set(id, { ...record, id, zone })
    return id
  }

  function answer({ method, path, headers, body }: WebRequest): WebAnswer {
    if (headers.authorization !== `Bearer ${token}`) return failure(403, 10000, 'Authentication error')
    const { pathname, searchParams } = new URL(path, 'http://cloudflare.test')
    const [, zone, id] = /^\/zones\/zone-of-([^/]+)\/dns_records(?:\/([^/]+))?$/.exec(pathname) ?? []
    const name = searchParams.get('name')
    if (pathname === '/zones')
      return success(zones.filter((one) => one === name).map((one) => ({ id: `zone-of-${one}`, name: one })))
    if (zone === undefined) return failure(404, 7003, 'Could not route to the path')
    if (id !== undefined) {
      if (method !== 'DELETE' || !records.delete(id)) return failure(404, 81044, 'Record does not exist')
      return success({ id })
    }
    if (method === 'GET')
      return success(
        [...records.values()].filter((one) => one.zone === zone && one.name === name && one.type === 'TXT'),
      )
    const wanted = JSON.parse(body)
    const isThere = [...records.values()].some((one) => one.name === wanted.name && one.content === wanted.content)
    if (isThere) return failure(400, 81058, 'An identical record already exists.')
    return success({ id: add(zone, wanted) })
  }

  return {
    url: await startWebServer(t, answer),
    add,
    contents: (name: string) => [...records.values()].filter((one) => one.name === name).map(({ content }) => content),
  }
}

function success(result: unknown): WebAnswer {
  return json(200, { success: true, errors: [], messages: [], result })
}

function failure(status: number, code: number, message: string): WebAnswer {
  return json(status, { success: false, errors: [{ code, message }], messages: [], result: null })
}

function json(status: number, body: unknown): WebAnswer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
