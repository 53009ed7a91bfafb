import { Agent, type Dispatcher, request } from 'undici'
import { checkHoldsNoSecret } from './issued-secrets.ts'

/** As much of a browser as linking needs: keeps cookies, reads the form, sends it. Follows no redirect. */
export class Browser {
  readonly origin: string
  readonly dispatcher: Dispatcher
  readonly cookies = new Map<string, string>()
  readonly headers: Record<string, string>

  /** @param headers that it sends with each request, or a proxy adds. */
  constructor({ port, ca }: { port: number; ca: string }, headers: Record<string, string> = {}) {
    this.headers = headers
    this.origin = `https://localhost:${port}`
    this.dispatcher = new Agent({ connect: { ca } })
  }

  async open(path: string): Promise<Page> {
    return this.#fetch('GET', path)
  }

  /** Sends the form of a page with what a person typed, and the button that was pressed. */
  async submit(
    page: Page,
    typed: Record<string, string>,
    decision: 'approve' | 'deny' | 'sign-out' | 'end' = 'approve',
  ): Promise<Page> {
    const body = new URLSearchParams({ ...page.hidden, ...typed, decision }).toString()
    return this.#fetch('POST', page.action, body, { 'content-type': 'application/x-www-form-urlencoded' })
  }

  async #fetch(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await request(`${this.origin}${path}`, {
      method,
      body,
      headers: { ...this.headers, ...headers, accept: 'text/html', ...(cookie && { cookie }) },
      dispatcher: this.dispatcher,
    })
    for (const set of [response.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (/; *max-age=0(;|$)/i.test(set)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const text = await response.body.text()
    checkHoldsNoSecret(text, `the page at ${path}`)
    return readPage(response.statusCode, response.headers, text)
  }
}

export interface Page {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** Where the form goes. */
  action: string
  /** Its hidden fields. */
  hidden: Record<string, string>
  /** Where the page sends the browser. */
  location: string
}

function readPage(status: number, headers: Page['headers'], text: string): Page {
  const fields = text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  return {
    status,
    headers,
    text,
    action: /<form method="post" action="([^"]*)"/.exec(text)?.[1] ?? '',
    hidden: Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value])),
    location: String(headers.location ?? ''),
  }
}
