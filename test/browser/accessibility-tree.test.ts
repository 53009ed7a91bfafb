import test from 'ava'
import type { Page } from 'playwright-core'
import { examplePages } from '../pages/examples.ts'
import { openChromium } from '../support/chromium.ts'
import { servePages } from './served-pages.ts'

const SPOKEN = ['RootWebArea', 'heading', 'alert', 'textbox', 'button']

type Text = { value: string }
type Node = { nodeId: string; childIds?: string[]; role?: Text; name?: Text; description?: Text }

/** What a screen reader makes of a page, by Chromium's own accessibility tree: role, name, and what describes it. */
async function spoken(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: Node[] }
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  const inOrder = (node: Node): Node[] => [
    node,
    ...(node.childIds ?? []).flatMap((id) => inOrder(byId.get(id) ?? { nodeId: id })),
  ]
  return inOrder(nodes[0]!)
    .filter(({ role }) => SPOKEN.includes(role?.value ?? ''))
    .map(({ role, name, description }) =>
      [role, name, description].flatMap((text) => (text?.value ? [text.value] : [])).join(' | '),
    )
}

const NOT_RIGHT = 'Benutzername oder Passwort stimmt nicht. Versuchen Sie es noch einmal.'
const CODE_HINT = 'Six digits. One of your recovery codes works too.'

const EXPECTED: [language: 'en' | 'de', name: string, spoken: string[]][] = [
  [
    'de',
    'the sign-in page after a wrong password',
    [
      'RootWebArea | Fehler: Amazon Alexa verknüpfen',
      'heading | Amazon Alexa verknüpfen',
      'heading | Damit wird möglich',
      'heading | Bei home.example anmelden',
      'alert',
      `textbox | Benutzername | ${NOT_RIGHT}`,
      `textbox | Passwort | ${NOT_RIGHT}`,
      'button | Erlauben',
      'button | Ablehnen',
    ],
  ],
  [
    'en',
    'the second factor',
    [
      'RootWebArea | One more step: Link Amazon Alexa',
      'heading | One more step',
      `textbox | Code from your authenticator app | ${CODE_HINT}`,
      'button | Approve',
      'button | Deny',
      'heading | It will be able to',
    ],
  ],
  [
    'en',
    'the consent page',
    [
      'RootWebArea | Link Amazon Alexa',
      'heading | Link Amazon Alexa',
      'heading | It will be able to',
      'button | Approve',
      'button | Deny',
      'button | Not Ada Lovelace? Sign in as somebody else',
    ],
  ],
  [
    'en',
    'the page for a code',
    [
      'RootWebArea | Connect a device',
      'heading | Connect a device',
      'textbox | Code on the device | Capital or small letters and hyphens make no difference.',
      'button | Continue',
    ],
  ],
  ['en', 'an error page', ['RootWebArea | A title', 'heading | A title']],
]

test.serial(
  'a screen reader finds the title, headings, labels, buttons, and what went wrong at its field',
  async (t) => {
    const browser = await openChromium(t)
    if (!browser) return
    for (const [language, name, expected] of EXPECTED) {
      const context = await browser.newContext({ javaScriptEnabled: false })
      const { address } = await servePages(context, examplePages(language))
      const page = await context.newPage()
      await page.goto(address(name))
      t.deepEqual(await spoken(page), expected, name)
    }
  },
)
