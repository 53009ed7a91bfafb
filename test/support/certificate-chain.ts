import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { ServerCertificate } from '../../src/certificates/server-certificate.ts'
import { temporaryFolder } from './environment.ts'

export interface Chain {
  /** What a source would push: the server's own, and the CA between it and the root. */
  pushed: ServerCertificate
  /** In PEM. */
  root: string
  /** The common name of the CA between. */
  issuer: string
}

const DAYS = '30'

/**
 * A root, a CA that it has signed, and a certificate of that one's for a server, all with keys of one kind. node-forge,
 * which makes those of the gateway, knows no elliptic curves.
 * @param openssl the program.
 */
export function makeChain(t: ExecutionContext, openssl: string, kind: 'rsa' | 'ec', names: string[]): Chain {
  return makeChainIn(temporaryFolder(t), openssl, kind, names)
}

/** In a folder that is there already. */
export function makeChainIn(folder: string, openssl: string, kind: 'rsa' | 'ec', names: string[]): Chain {
  const file = (name: string) => join(folder, name)
  const run = (...words: string[]) =>
    execFileSync(openssl, words, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'] })
  const issuer = `Between ${kind} ${names[0]}`
  const key = kind === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['rsa:2048']
  for (const name of ['root', 'between', 'own'])
    run(
      'req',
      '-new',
      '-nodes',
      '-newkey',
      ...key,
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.csr`),
      '-subj',
      `/CN=${name === 'between' ? issuer : name}`,
    )

  function sign(name: string, extensions: string, by: string[]): string {
    writeFileSync(file(`${name}.ext`), extensions)
    const to = ['-extfile', file(`${name}.ext`), '-days', DAYS, '-out', file(`${name}.pem`)]
    run('x509', '-req', '-sha256', '-in', file(`${name}.csr`), ...by, ...to)
    return run('x509', '-in', file(`${name}.pem`))
  }
  const by = (name: string) => ['-CA', file(`${name}.pem`), '-CAkey', file(`${name}.key`), '-CAcreateserial']
  const isCa = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
  const root = sign('root', isCa, ['-signkey', file('root.key')])
  const between = sign('between', isCa, by('root'))
  const alternatives = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`))
  const ofServer = `extendedKeyUsage=serverAuth\nsubjectAltName=${alternatives.join(',')}\n`
  const certificate = sign('own', ofServer, by('between')) + between
  const privateKey = run('pkey', '-in', file('own.key'))
  const pushed = { certificate, key: privateKey, names, notBefore: 0, notAfter: 0, made: true, warnings: [] }
  return { pushed, root, issuer }
}
