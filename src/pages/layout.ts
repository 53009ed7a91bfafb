import { createHash } from 'node:crypto'
import { type Answer, htmlAnswer } from './answer.ts'
import { Html, html } from './html.ts'

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ground: #eef1f4; --ink: #16202a; --quiet: #51606e; --line: #8796a5;
  --accent: #0b5cad; --on-accent: #fff; --alarm: #a3131f; --alarm-ground: #fdecee }
@media (prefers-color-scheme: dark) { :root { --paper: #1a2129; --ground: #0f1419; --ink: #edf2f7; --quiet: #aebac6;
  --line: #74838f; --accent: #7db8f5; --on-accent: #06213d; --alarm: #ffb3b8; --alarm-ground: #43171b } }
* { box-sizing: border-box }
body { margin: 0; padding: 1rem; min-height: 100vh; display: grid; place-items: center; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 26rem; padding: 1.5rem; background: var(--paper); border-radius: .75rem;
  overflow-wrap: anywhere }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25 }
h2 { margin: 1.25rem 0 .25rem; font-size: 1rem }
p { margin: .5rem 0 }
ul { margin: .25rem 0 1rem; padding-left: 1.25rem }
label { display: block; margin-top: .75rem; font-weight: 600 }
input { width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .5rem }
.buttons { display: grid; gap: .75rem; margin-top: 1.25rem }
button { width: 100%; min-height: 3rem; font: inherit; font-weight: 600; border-radius: .5rem;
  border: 1px solid var(--accent); background: transparent; color: var(--accent); cursor: pointer }
button.primary { background: var(--accent); color: var(--on-accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.alarm { padding: .75rem; border-radius: .5rem; background: var(--alarm-ground); color: var(--alarm) }
.quiet { color: var(--quiet); font-size: .9rem }
`

/**
 * Nothing is loaded from anywhere and nothing runs. There is no `form-action`: browsers hold it against every redirect
 * that follows a form, and Alexa's own redirects lead where nobody can list (docs/decisions/no-form-action.md).
 */
const PAGE_HEADERS = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

/** A whole page around `content`, which has its heading. */
export function page(status: number, title: string, content: Html, headers: Answer['headers'] = {}): Answer {
  const { text } = html`<!doctype html>
<html lang="en">
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
  return htmlAnswer(status, text, { ...PAGE_HEADERS, ...headers })
}
