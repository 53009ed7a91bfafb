/** The value of a cookie of the gateway's own. None where there are two: one of them was planted. */
export function readOwnCookie(cookies = '', name: string): string | undefined {
  const values = cookies
    .split(/; */)
    .flatMap((cookie) => (cookie.startsWith(`${name}=`) ? [cookie.slice(name.length + 1)] : []))
  return values.length === 1 ? values[0] : undefined
}
