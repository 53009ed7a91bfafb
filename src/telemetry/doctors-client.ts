/** As whom a doctor asks for tokens: nobody, and an attempt to link that is under way is not taken to have failed by it. */
export const DOCTORS_CLIENT = 'skillgate-doctor'
