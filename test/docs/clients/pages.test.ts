import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PAGES = globSync('docs/clients/*.md', { cwd: ROOT }).filter((page) => !page.endsWith('README.md'))

test('each kind of client has a page in the index, and a test that follows it', (t) => {
  const index = readFileSync(join(ROOT, 'docs/clients/README.md'), 'utf8')
  t.true(PAGES.length >= 6)
  for (const page of PAGES) {
    t.true(index.includes(`](${basename(page)})`), page)
    t.true(existsSync(join(ROOT, 'test', page.replace(/md$/, 'test.ts'))), page)
  }
})

test('each page says what one gets, has lines to paste and commands to try, and says what goes wrong', (t) => {
  for (const page of PAGES) {
    const text = readFileSync(join(ROOT, page), 'utf8')
    for (const part of ['\n**What you get:**', '\n## gateway.yaml\n', '\n```yaml\n', '\n## Try it\n', '\n```sh\n'])
      t.true(text.includes(part), `${page}: ${part}`)
    t.regex(text, /\n## What goes wrong\n\n\| /, page)
    const fences = [...text.matchAll(/^```(\w*)$/gm)].map(([, language]) => language).filter((one) => one !== '')
    t.true(
      fences.every((language) => language === 'yaml' || language === 'sh'),
      page,
    )
  }
})

test('what a page types is a command that there is', (t) => {
  const commands = readFileSync(join(ROOT, 'docs/reference/commands.md'), 'utf8')
  for (const page of [...PAGES, 'docs/clients/README.md']) {
    const typed = readFileSync(join(ROOT, page), 'utf8').matchAll(
      /npx skillgate ([a-z]+(?: (?:list|allow|secret|email|console))?)/g,
    )
    for (const [, command = ''] of typed) t.true(new RegExp(`\`${command}\\b`).test(commands), `${page}: ${command}`)
  }
})
