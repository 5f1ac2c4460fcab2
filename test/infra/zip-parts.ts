import { strToU8 } from 'fflate';

/** The parts of a small zip that can be deployed. */
export const PARTS = {
  name: 'app',
  version: '1.0.0',
  main: 'dist/index.cjs',
  bundle: strToU8('require("@azure/functions-core");'),
  hostJson: strToU8('{"version":"2.0"}'),
};
