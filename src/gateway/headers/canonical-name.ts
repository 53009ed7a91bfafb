/**
 * One name for all that a server behind CGI or WSGI might read as the same: there whatever is no letter and no digit
 * becomes an underscore. A name can have `! # $ % & ' * + . ^ _ | ~` and a backtick besides. @see RFC 9110 section 5.6.2
 */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9-]/g, '-')
}
