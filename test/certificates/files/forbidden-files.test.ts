import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folderForAll, mayBecomeAnother, NOBODY, runAs } from '../../support/other-account.ts'

const SOURCE = new URL('../../../src/certificates/files/files-source.ts', import.meta.url)

/** What the source says to nobody, who is no friend of root's: its code and its words. */
function saidToNobody(certificate: string, key: string): Promise<string> {
  const options = JSON.stringify({ certificate, key, host: 'dev.example' })
  return runAs(
    NOBODY,
    [`import { filesSource } from '${SOURCE}'`],
    `await filesSource({ ...${options}, now: Date.now }).load().catch(({ code, message }) => process.stdout.write(code + ' ' + message))`,
  )
}

const TO = (place: string) =>
  `Run it as root (sudo -u 'root' npx skillgate ...), or give it to the account that runs this:  sudo chown nobody ${place}`

test('a key that only root may read is called forbidden, with whose it is and the command', async (t) => {
  if (!mayBecomeAnother(t)) return
  const folder = folderForAll(t)
  const key = join(folder, 'privkey.pem')
  writeFileSync(key, 'whatever', { mode: 0o600 })
  t.is(
    await saidToNobody(key, key),
    `file_unreadable ${key} can't be read (EACCES): ${key} belongs to root (mode 0600), and this runs as nobody (uid 65534). ${TO(key)}`,
  )
})

test('a folder on the way that may not be entered is named, not the file behind it', async (t) => {
  if (!mayBecomeAnother(t)) return
  const folder = folderForAll(t)
  const inner = join(folder, 'ssl')
  mkdirSync(inner, { mode: 0o700 })
  const there = join(inner, 'fullchain.pem')
  writeFileSync(there, 'whatever', { mode: 0o644 })
  for (const path of [there, join(inner, 'nowhere.pem')]) {
    t.is(
      await saidToNobody(path, path),
      `file_unreadable ${path} can't be read (EACCES): ${inner} belongs to root (mode 0700), and this runs as nobody (uid 65534). ${TO(inner)}`,
      'what is behind it can be missing as well: nobody can know',
    )
  }
})

/** What certbot's layout is, with the folders as closed as it makes them. */
function certbot(root: string) {
  const [live, archive] = [join(root, 'live', 'home'), join(root, 'archive', 'home')]
  for (const folder of [live, archive]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(archive, 'fullchain1.pem'), 'whatever')
  writeFileSync(join(archive, 'privkey1.pem'), 'whatever', { mode: 0o600 })
  for (const name of ['fullchain', 'privkey']) symlinkSync(`../../archive/home/${name}1.pem`, join(live, `${name}.pem`))
  return { live, archive: join(root, 'archive') }
}

function copying(live: string): string {
  const hook = '/etc/letsencrypt/renewal-hooks/deploy/skillgate'
  return `Certbot makes new files for root at each renewal, so have it copy them:  printf '%s\\n' '#!/bin/sh' 'install -D -o nobody -m 600 -t /etc/skillgate/tls "$RENEWED_LINEAGE/fullchain.pem" "$RENEWED_LINEAGE/privkey.pem"' | sudo tee ${hook} && sudo chmod +x ${hook} && sudo RENEWED_LINEAGE=${live} ${hook}  and name /etc/skillgate/tls/fullchain.pem and /etc/skillgate/tls/privkey.pem under tls.`
}

test('links of certbot into a folder that is closed name that folder, and how to have copies', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { live, archive } = certbot(folderForAll(t))
  chmodSync(archive, 0o700)
  const [certificate, key] = [join(live, 'fullchain.pem'), join(live, 'privkey.pem')]
  t.is(
    await saidToNobody(certificate, key),
    `file_unreadable ${certificate} can't be read (EACCES): ${archive} belongs to root (mode 0700), and this runs as nobody (uid 65534). ${copying(live)}`,
  )
})

test('a key behind a link of certbot, which is root’s, is named itself', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { live, archive } = certbot(folderForAll(t))
  const key = join(live, 'privkey.pem')
  t.is(
    await saidToNobody(key, key),
    `file_unreadable ${key} can't be read (EACCES): ${join(archive, 'home', 'privkey1.pem')} belongs to root (mode 0600), and this runs as nobody (uid 65534). ${copying(live)}`,
  )
})
