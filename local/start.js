import { withTypeScript } from '../cli/frame/node-version.js';

await withTypeScript(() => import('./start.ts'));
