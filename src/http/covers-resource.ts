/**
 * Whether a token for `granted` is good for `resource`: for the same one, or for one below it. Both in their canonical
 * form. @see RFC 8707
 */
export function coversResource(granted: string[] | undefined, resource: string): boolean {
  return granted === undefined || granted.some((one) => resource === one || resource.startsWith(`${one}/`))
}
