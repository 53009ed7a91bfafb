import { listUsers } from '../../../users/users.ts'
import { examinationOf } from './examination-of.ts'
import { fault, good } from './seen.ts'
import { withRecords } from './with-records.ts'

/** Whether anybody can sign in, to link an account. */
export const people = examinationOf({ id: 'people', title: 'People', isLocal: true }, async (patient) => {
  const { source, upstream, local } = patient.config.users
  if (source === 'music-assistant') return [good(`Whoever has an account at ${upstream} can sign in.`)]
  return withRecords(patient, async (store) => {
    const users = await listUsers(store)
    const able = users.filter(({ disabled }) => !disabled)
    if (local && able.length > 0)
      return [good(`${able.length === 1 ? '1 person' : `${able.length} people`} can sign in.`)]
    return [
      fault(users.length > 0 ? 'Everybody is disabled: nobody can sign in.' : 'Nobody can sign in yet.', {
        needs: 'somebody who signs in on the page that it opens.',
        remedy: users.length > 0 ? 'npx skillgate user enable NAME' : 'npx skillgate user add NAME',
      }),
    ]
  })
})
