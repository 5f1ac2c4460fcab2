#!/usr/bin/env node
import { withTypeScript } from './frame/node-version.js';

await withTypeScript(() => import('./main.ts'));
