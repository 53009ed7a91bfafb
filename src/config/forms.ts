import { resolve } from 'node:path'
import { z } from 'zod'

/** The building blocks of the schema. Each `error` ends the sentence "expected ...". */

/** What relative paths and `${NAME}` in the file refer to. */
export interface Surroundings {
  folder: string
  variables: Record<string, string | undefined>
}

/** A map with these keys and no others. */
export function keys<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `one of the keys ${known}` : `a map with the keys ${known}`),
  })
}

/** Marks a key whose change takes effect only when the gateway is started anew; that of any other does at a reload. */
export function restart<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), effect: 'restart' })
}

export function text(expected: string, test: (value: string) => boolean = () => true) {
  return z
    .string({ error: expected })
    .refine((value) => value !== '' && test(value), { error: expected })
    .meta({ takes: expected })
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  const expected = `one of ${values.join(', ')}`
  return z.enum(values, { error: expected }).meta({ takes: expected })
}

export function flag(standard = false) {
  return z.boolean({ error: 'true or false' }).meta({ takes: 'true or false' }).default(standard)
}

export function list<Item extends z.ZodType>(item: Item, kind: string) {
  const expected = `${kind} with at least one`
  return z.array(item, { error: expected }).min(1, { error: expected }).meta({ takes: expected })
}

export function scopeNames() {
  return z.array(scopeName(), { error: 'a list of scopes' }).meta({ takes: 'a list of scopes' })
}

export function seconds(least: number, most: number) {
  return wholeNumber(least, most, 'whole seconds')
}

export function wholeNumber(least: number, most: number, what = 'a whole number') {
  const expected = `${what} from ${least} to ${most}`
  return z
    .int({ error: expected })
    .min(least, { error: expected })
    .max(most, { error: expected })
    .meta({ takes: expected })
}

export function name() {
  return text('a name of letters, digits, - and _', matches(/^[A-Za-z0-9_-]+$/))
}

/** RFC 6749 section 3.3. */
export function scopeName() {
  return text('a scope such as music.read', matches(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
}

export function headerName() {
  // Others would get in the way of what upstreams know, as X-Forwarded-For, which the gateway sets itself.
  const form = /^(x-(?!forwarded-(for|host|proto)$|real-ip$)|remote-)[a-z0-9-]+$/i
  return text('a header name such as X-Remote-User-Id', matches(form))
}

export function listenAddress() {
  const parts = /^(?<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?<port>\d{1,5})$/
  return text(
    'host:port with a port from 0 to 65535, such as 0.0.0.0:8443',
    (value) => Number(parts.exec(value)?.groups?.port ?? Number.NaN) <= 65_535,
  ).transform((value) => {
    const { host = '', port } = parts.exec(value)?.groups ?? {}
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  })
}

export function matches(form: RegExp) {
  return (value: string) => form.test(value)
}

/** In any spelling, such as with the default port; but with no user, path, query, or fragment. */
export function isOrigin(...protocols: string[]) {
  const form = /^https?:\/\/([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:\d+)?$/i
  return (value: string) => protocols.includes(URL.parse(value)?.protocol ?? '') && form.test(value)
}

/** That of a web page, or of an app that has a scheme of its own (`capacitor://localhost`). */
export function isAnyOrigin(value: string): boolean {
  return (
    isOrigin('http:', 'https:')(value) || /^(?!https?:|file:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(:\d+)?$/.test(value)
  )
}

/** Plain characters only, so that a pattern has one spelling: nothing encoded, no `//`, no dot segments. */
export function isPathPattern(value: string): boolean {
  return (
    /^\/$|^(\/[A-Za-z0-9_~!$&'()+,=:@.-]+)*\/?\*?$/.test(value) &&
    /^\//.test(value) &&
    !/\/\.{1,2}(\/|$)|[^/]\*$/.test(value)
  )
}

/** A DNS name, and no address. RFC 1123 section 2.1. */
export function isHostName(value: string): boolean {
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
  return value.length <= 253 && new RegExp(`^(${label}\\.)*(?!\\d+$)${label}$`).test(value)
}

/** Fit for a `Location` as it is, and read alike by every client. */
export function isRedirectTarget(value: string): boolean {
  if (!/^[\x21-\x7e]+$/.test(value) || value.includes('\\')) return false
  if (value.startsWith('/')) return !value.startsWith('//')
  const url = URL.parse(value)
  return url !== null && /^https?:\/\/[^/]/.test(value) && url.username === '' && url.password === ''
}

/** A path, made absolute. */
export function file({ folder }: Surroundings, meaning: string) {
  return text('a path')
    .transform((path) => resolve(folder, path))
    .describe(meaning)
}

const SECRET_FORM = '{ file: ... } or ${ENV_NAME}, so that no secret stands in this file'
const SECRET_OR_HASH_FORM = '{ file: ... }, ${ENV_NAME} or { hash: ... }, so that no secret stands in this file'

/** Where a secret is that has to be readable. */
export function secretSource(surroundings: Surroundings) {
  return z
    .union([secretFile(surroundings), z.string()], { error: SECRET_FORM })
    .meta({ takes: SECRET_FORM })
    .transform((value, context) =>
      typeof value === 'object' ? value : fromVariable(value, SECRET_FORM, surroundings, context),
    )
}

/** Where a secret is that only has to be recognised. */
export function secretOrHash(surroundings: Surroundings) {
  const hash = keys({ hash: text('a hash as `skillgate client new-secret` prints it', matches(/^[A-Za-z0-9_-]{43}$/)) })
  return z
    .union([secretFile(surroundings), hash, z.string()], { error: SECRET_OR_HASH_FORM })
    .meta({ takes: SECRET_OR_HASH_FORM })
    .transform((value, context) =>
      typeof value === 'object' ? value : fromVariable(value, SECRET_OR_HASH_FORM, surroundings, context),
    )
}

function secretFile(surroundings: Surroundings) {
  return keys({ file: file(surroundings, 'a file with the secret as its only line') })
}

function fromVariable(
  text: string,
  form: string,
  { variables }: Surroundings,
  context: z.core.$RefinementCtx<unknown>,
): { variable: string; value: string } {
  const variable = /^\$\{(\w+)\}$/.exec(text)?.[1]
  const value = variable && Object.hasOwn(variables, variable) ? variables[variable]?.trim() : undefined
  if (variable && value && /^[\x20-\x7e]+$/.test(value)) return { variable, value }
  const what = value ? 'one line of ASCII characters' : 'a value'
  const message = variable
    ? `${what} in the environment variable ${variable}, there is ${value ? 'more' : 'none'}`
    : form
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}
