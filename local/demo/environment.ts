/**
 * What `npm start` and its processes keep of the shell's environment. Everything else stays outside: a
 * `LedgerStorage__blobServiceUri`, an Application Insights string or a proxy of the shell would send the
 * demonstration to a real ledger, a real workspace, or nowhere.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  // To find programs and folders, on Windows too.
  ...['PATH', 'PATHEXT', 'HOME', 'USER', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TMPDIR', 'TMP', 'TEMP'],
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PROGRAMDATA', 'PROGRAMFILES'],
  // How text looks.
  ...[
    'TERM',
    'COLORTERM',
    'NO_COLOR',
    'FORCE_COLOR',
    'COLUMNS',
    'CI',
    'LANG',
    'LC_ALL',
    'LC_CTYPE',
    'LC_TIME',
    'TZ',
  ],
  // Whether npm started it, and where compiled code is kept.
  ...['NPM_LIFECYCLE_EVENT', 'NODE_COMPILE_CACHE'],
]);

/** For libraries that ask for a proxy of their own: everything here is on this machine. */
const LOOPBACK = '127.0.0.1,localhost,::1';

/** Takes out of an environment what is not on the list, so that no process started from here has it. */
export function keepAllowedEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) if (!ALLOWED.has(name.toUpperCase())) delete environment[name];
  environment.NO_PROXY = LOOPBACK;
  environment.no_proxy = LOOPBACK;
}
