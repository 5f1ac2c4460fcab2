// First: see there.
import './health-routes.ts';
import './node-version.ts';
import './last-resort.ts';
import './sync-assignments.ts';
import './due-users.ts';
import './health.ts';
import './dead-letters.ts';
import './reconcile.ts';
