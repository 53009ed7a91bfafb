import { createHash } from 'node:crypto'
import { type Answer, htmlAnswer } from '../http/answer.ts'
import { Html, html } from './html.ts'
import type { Language } from './language.ts'

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ground: #eef1f4; --ink: #16202a; --quiet: #51606e; --line: #6f7e8c;
  --accent: #0b5cad; --on-accent: #fff; --alarm: #a3131f; --alarm-ground: #fdecee; --caution-ground: #eaf2fb }
@media (prefers-color-scheme: dark) { :root { --paper: #1a2129; --ground: #0f1419; --ink: #edf2f7; --quiet: #aebac6;
  --line: #8593a0; --accent: #7db8f5; --on-accent: #06213d; --alarm: #ffb3b8; --alarm-ground: #43171b; --caution-ground: #1c2f44 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  -webkit-text-size-adjust: 100% }
main { max-width: 28rem; margin: 0 auto; padding: 1.5rem 1.25rem; overflow-wrap: anywhere }
@media (min-width: 30rem) { body { padding: 4vh 1rem; background: var(--ground) }
  main { padding: 1.75rem 2rem; border-radius: .75rem; background: var(--paper) } }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25 }
h2 { margin: 1.25rem 0 .25rem; font-size: 1.1rem; line-height: 1.35 }
p { margin: .5rem 0 }
ul { margin: .25rem 0 .75rem; padding-left: 1.25rem }
label { display: block; margin-top: .75rem; font-weight: 600 }
input { width: 100%; min-height: 3rem; margin-top: .375rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .5rem }
.buttons { display: grid; gap: .75rem; margin: 1.25rem 0 .75rem }
button { min-height: 3rem; font: inherit; font-weight: 600; border-radius: .5rem; border: 1px solid var(--accent);
  background: transparent; color: var(--accent); cursor: pointer }
button.primary { background: var(--accent); color: var(--on-accent) }
button.plain { border: 0; font-weight: 400; text-decoration: underline }
button:active { opacity: .8 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.alarm { padding: .625rem .75rem; border-left: .25rem solid; border-radius: .25rem; font-weight: 600;
  background: var(--alarm-ground); color: var(--alarm) }
.caution { padding: .625rem .75rem; border-left: .25rem solid var(--accent); border-radius: .25rem;
  background: var(--caution-ground) }
/* Whatever scrolls to the field leaves what was wrong in sight above it. */
[aria-describedby] { scroll-margin-top: 18rem }
[aria-invalid] { border-color: var(--alarm) }
.code { font-family: ui-monospace, monospace; font-size: 1.25rem; letter-spacing: .15em }
[autocapitalize="characters"] { text-transform: uppercase }
.quiet { color: var(--quiet); font-size: .9rem }
`

/**
 * Nothing is loaded from anywhere and nothing runs. There is no `form-action`: browsers hold it against every redirect
 * that follows a form, and Alexa's own redirects lead where nobody can list (docs/decisions/no-form-action.md).
 */
const PAGE_HEADERS = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'X-Frame-Options': 'DENY',
  // Whatever opened it has no hold of it, not even a page of an upstream's on this host: those never say the same.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

export interface Page {
  language: Language
  status: number
  /** Of the window; the heading is in the content. */
  title: string
  content: Html
  /** They win over those that every page has. */
  headers?: Answer['headers']
}

/** A whole page. What it says depends on who asks: on their language, and on the cookies that tell who is signed in. */
export function page({ language, status, title, content, headers }: Page): Answer {
  const { text } = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
  const own = { 'Content-Language': language, Vary: 'Accept-Language, Cookie' }
  return htmlAnswer(status, text, { ...PAGE_HEADERS, ...own, ...headers })
}
