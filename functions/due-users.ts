import { app } from '@azure/functions';
import { connector } from './app.ts';

/**
 * Once an hour, so that a change is told soon after midnight in any time zone; not on the hour, when
 * everybody's timers fire. A run that is missed is not made up for: the next one finds the same users.
 */
app.timer('dueUsers', { schedule: '0 7 * * * *', handler: () => connector.sendDueUsers() });
