import { expect, test } from 'vitest';
import { keepAllowedEnvironment } from '../../../local/demo/environment.ts';

test('nothing of the shell sends the demonstration elsewhere', () => {
  const environment: NodeJS.ProcessEnv = {
    PATH: '/bin',
    Path: 'C:\\Windows',
    NO_COLOR: '1',
    LedgerStorage__blobServiceUri: 'https://real.blob.core.windows.net',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=real',
    HTTPS_PROXY: 'http://proxy.example:8080',
    http_proxy: 'http://proxy.example:8080',
    NODE_OPTIONS: '--inspect',
    COR_API_KEY: 'real',
    no_proxy: '.example',
  };
  keepAllowedEnvironment(environment);
  expect(environment).toEqual({
    PATH: '/bin',
    Path: 'C:\\Windows',
    NO_COLOR: '1',
    NO_PROXY: '127.0.0.1,localhost,::1',
    no_proxy: '127.0.0.1,localhost,::1',
  });
});
