import type { GatewayAnswer } from './call-gateway.ts'

export interface FoundForm {
  action: string
  hidden: Record<string, string>
  /** The value of `Cookie` that goes with it. */
  cookies: string
}

/** As much of a browser as our own pages need. */
export function readForm({ text, headers }: Pick<GatewayAnswer, 'text' | 'headers'>): FoundForm | undefined {
  const action = /<form method="post" action="([^"]*)"/.exec(text)?.[1]
  if (action === undefined) return undefined
  const fields = text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  const cookies = [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';', 1)[0])
  return {
    action: unescaped(action),
    hidden: Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, unescaped(value)])),
    cookies: cookies.join('; '),
  }
}

const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity)
}
