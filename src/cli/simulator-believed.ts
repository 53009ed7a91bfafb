/** Said by whatever starts, checks or uses it. */
export const SIMULATOR_BELIEVED =
  'alexa.development is on: a simulator is taken for Alexa. Take it out of gateway.yaml when you are done.'
