import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { explainFileError } from '../../src/files/explain-file-error.ts'
import { folderForAll, mayBecomeAnother, NOBODY, runAs } from '../support/other-account.ts'

const MODULE = new URL('../../src/files/explain-file-error.ts', import.meta.url)
const IMPORTS = [
  `import { explainFileError } from '${MODULE}'`,
  `import { readFileSync, writeFileSync } from 'node:fs'`,
]

/** What is said when another account reads or writes this. */
function explained(path: string, action: 'read' | 'written', uid = NOBODY): Promise<string> {
  const attempt = action === 'read' ? 'readFileSync(path)' : `writeFileSync(path + '.new', '')`
  return runAs(
    uid,
    IMPORTS,
    `const path = ${JSON.stringify(path)}
    try { ${attempt} } catch (error) { process.stdout.write(explainFileError(error, path, '${action}')) }`,
  )
}

test("68. a file of somebody else's is told by its owner, the account that runs, and the command that mends it", async (t) => {
  if (!mayBecomeAnother(t)) return
  const folder = folderForAll(t)
  const path = join(folder, 'skillgate.key')
  writeFileSync(path, '', { mode: 0o600 })
  t.is(
    await explained(path, 'read'),
    `${path} can't be read (EACCES): ${path} belongs to root (mode 0600), and this runs as nobody (uid ${NOBODY}). Run it as root (sudo -u 'root' npx skillgate ...), or give it to the account that runs this:  sudo chown nobody ${path}`,
  )
  t.is(
    await explained(path, 'written'),
    `${path} can't be written (EACCES): ${folder} belongs to root (mode 0755), and this runs as nobody (uid ${NOBODY}). Run it as root (sudo -u 'root' npx skillgate ...), or give it to the account that runs this:  sudo chown nobody ${folder}`,
  )
})

test('68. a file that root has left in a folder of ours is to be taken over, and a folder on the way is named', async (t) => {
  if (!mayBecomeAnother(t)) return
  const folder = join(folderForAll(t), 'data')
  mkdirSync(folder)
  const path = join(folder, 'audit.jsonl')
  writeFileSync(path, '', { mode: 0o600 })
  chownSync(folder, NOBODY, NOBODY)
  t.regex(await explained(path, 'read'), / belongs to root .* Take it over: {2}sudo chown nobody \S+audit\.jsonl$/)
  chownSync(path, NOBODY, NOBODY)
  chmodSync(path, 0)
  t.regex(await explained(path, 'read'), /belongs to nobody \(mode 0000\).*Allow it: {2}chmod u\+rw \S+audit\.jsonl$/)
  chmodSync(path, 0o644)
  chownSync(folder, 0, 0)
  chmodSync(folder, 0o700)
  t.regex(await explained(path, 'read'), /\/data belongs to root \(mode 0700\), and this runs as nobody/)
})

test('68. an account without a name is told by its number', async (t) => {
  if (!mayBecomeAnother(t)) return
  const path = join(folderForAll(t), 'file')
  writeFileSync(path, '', { mode: 0o600 })
  t.regex(await explained(path, 'read', 54_321), /runs as #54321 \(uid 54321\).*sudo chown 54321 /)
})

test('68. whatever the file system says, the words name the file and what to do, and none is about damage', (t) => {
  const expected: Record<string, RegExp> = {
    EROFS: /can only be read from\. Mount it for writing/,
    ENOSPC: /there is no room\. Make some.* df -h \/some$/,
    EDQUOT: /there is no room/,
    EIO: /the disk itself reports an error\. "dmesg/,
    EISDIR: /it is a folder, and should be a file\. Move it away: {2}mv/,
    ENOTDIR: /something above it is a file/,
    EMFILE: /too many files are open\. Allow more: LimitNOFILE/,
    ENFILE: /too many files are open/,
    ELOOP: /its links lead in a circle/,
    ENOENT: /it isn't there, or the folder/,
    EFBIG: /larger than this process may write/,
    EPERM: /can't be written \(EPERM\)/,
    EOTHER: /can't be written \(EOTHER\)\.$/,
  }
  for (const [code, words] of Object.entries(expected)) {
    const said = explainFileError(Object.assign(new Error('x'), { code }), '/some/file', 'written')
    t.true(said.startsWith(`/some/file can't be written (${code})`), said)
    t.regex(said, words)
    t.notRegex(said, /damage|backup/)
  }
})

test('68. what its permissions allow and something else forbids is told so', (t) => {
  const path = join(folderForAll(t), 'file')
  writeFileSync(path, '')
  const said = explainFileError(Object.assign(new Error('x'), { code: 'EPERM' }), path, 'written')
  t.regex(said, /something else forbids it.*lsattr/)
})
