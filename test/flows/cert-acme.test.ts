import test from 'ava'
import { acmeHome, HOST, servedKey } from '../support/acme/acme-process.ts'
import { skillgate, startProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

const linuxOnly = process.platform === 'linux' ? test.serial : test.serial.skip

for (const challenge of ['http-01', 'tls-alpn-01'] as const) {
  linuxOnly(
    `a gateway that runs shows a CA what skillgate cert get wants it to see by ${challenge}, and serves on what it did`,
    async (t) => {
      const home = await acmeHome(t, { challenge, keys: ['rsa'] })
      if (!home) return
      const { pebble, configFile, port } = home
      const type = async (...words: string[]) => {
        const { code, stdout, stderr } = await skillgate([...words, '--config', configFile])
        return { code, lines: `${stdout}${stderr}`.trimEnd().split('\n') }
      }
      t.deepEqual(await type('cert'), {
        code: 0,
        lines: [
          'acme: none yet. A gateway that runs gets it from the CA; its log says what became of that, and "npx skillgate cert get --staging" each step.',
        ],
      })
      const gateway = await startProcess(t, configFile)
      const ca = await pebble.root()
      await until(async () => (await servedKey(port, { ca })) !== undefined)
      const first = await servedKey(port, { ca })

      const tried = await type('cert', 'get', '--staging')
      t.is(tried.code, 0, tried.lines.join('\n'))
      t.true(tried.lines.includes('  The gateway that runs shows the CA what it looks for.'))
      t.true(tried.lines.includes(`  The CA has seen that ${HOST} is ours.`))
      t.is(tried.lines.at(-1), '  It was thrown away. Nothing of what is served has changed.')
      t.deepEqual(await servedKey(port, { ca }), first)

      const shown = await type('cert')
      t.is(shown.code, 0)
      t.is(shown.lines[0], `acme: ${HOST}`)
      t.is(shown.lines[1], '  key      RSA 2048')
      t.regex(shown.lines[2] ?? '', /^ {2}issuer {3}Pebble Intermediate CA /)
      t.is(shown.lines[4], '  trusted  not by everybody, so not by Alexa')
      t.regex(shown.lines[5] ?? '', /^ {2}renewed {2}by Skillgate, from \d{4}-\d\d-\d\d, or when the CA says$/)

      t.deepEqual(await type('cert', 'renew'), { code: 0, lines: ['acme: there is a new certificate.'] })
      const second = await servedKey(port, { ca })
      t.truthy(second)
      t.not(second?.fingerprint, first?.fingerprint)
      t.notRegex(gateway.output.stderr, /"level":"error"/)
      t.is(await gateway.stop(), 0)
      const alone = await type('cert', 'renew')
      t.deepEqual([alone.code, alone.lines.length], [1, 1])
      t.regex(
        alone.lines[0] ?? '',
        /^acme: no new one; what is served stays as it is\. Only a gateway that runs can answer the CA/,
      )
    },
  )
}
