/*
 * Before other modules are loaded: on an older Node the first of them that misses something would fail with
 * "Cannot read properties of
 * undefined". `engines` in package.json is only a warning, and Azure does not read it. After the first
 * function, so that the host tells it.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19))
  throw new Error(
    `dynamics-to-cor needs Node 22.19 or later, and this is Node ${process.versions.node}. In Azure set the stack version of the Function App to Node 24.`,
  );
