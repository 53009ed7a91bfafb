import { GATEWAY_ERRORS } from '../http/gateway-error.ts'
import { OAUTH_ERRORS } from '../oauth/oauth-error.ts'

/** docs/reference/errors.md, from the two catalogues. Anew: node src/cli/describe-errors.ts > (that file). */
export function describeErrors(): string {
  return `${[INTRODUCTION, '## Of the gateway', table(GATEWAY_ERRORS), OF_OAUTH, table(OAUTH_ERRORS)].join('\n\n')}\n`
}

const INTRODUCTION = `# Errors

<!-- Made by src/cli/describe-errors.ts from src/http/gateway-error.ts and src/oauth/oauth-error.ts; change it there. -->

A program gets JSON, \`{"error": code, "error_description": sentence}\`; a browser (\`Accept: text/html\`) gets a page with
the same in plain words, in English or German. The log has the private detail.`

const OF_OAUTH = `## Of the authorization server

At the authorization endpoint, a bad \`client_id\` or \`redirect_uri\` gets a page with status 400; every later error goes to
the redirect URI, and those marked *redirect* go nowhere else. At the other endpoints errors are JSON with the status
below. \`invalid_token\` and \`insufficient_scope\` are also what an address that asks for an access token says.`

function table(errors: Record<string, { status: number; advice: string; redirected?: true }>): string {
  const rows = Object.entries(errors).map(
    ([code, { status, advice, redirected }]) => `| \`${code}\` | ${redirected ? 'redirect' : status} | ${advice} |`,
  )
  return ['| Code | Status | What happened, and what to do |', '| --- | --- | --- |', ...rows].join('\n')
}

if (import.meta.main) process.stdout.write(describeErrors())
