import type { BrowserContext } from 'playwright-core'
import type { Answer } from '../../src/http/answer.ts'

/** Shows answers in a browser, each at an address of its own, without a server. */
export async function servePages(context: BrowserContext, answers: Record<string, Answer>): Promise<ServedPages> {
  const names = Object.keys(answers)
  const posted: URLSearchParams[] = []
  await context.route('https://home.example/**', (route) => {
    if (route.request().method() === 'POST') {
      posted.push(new URLSearchParams(route.request().postData() ?? ''))
      return route.fulfill({ contentType: 'text/plain', body: 'posted' })
    }
    const name = names[Number(new URL(route.request().url()).pathname.slice(1))] ?? ''
    const { status, headers, body } = answers[name]!
    return route.fulfill({ status, headers: headers as Record<string, string>, body })
  })
  return { names, address: (name) => `https://home.example/${names.indexOf(name)}`, posted }
}

export interface ServedPages {
  names: string[]
  address: (name: string) => string
  /** The forms that were sent. */
  posted: URLSearchParams[]
}
