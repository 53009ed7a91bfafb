import type { Page } from './browser.ts'

/** The form of the account page that ends the first link of this client. */
export function formOf(page: Page, client: string): Page {
  const [, section = ''] =
    page.text
      .split('<section>')
      .find((part) => part.includes(`>${client}</h2>`))
      ?.match(/^(.*?)<\/section>/s) ?? []
  const fields = section.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  return { ...page, hidden: Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value])) }
}
