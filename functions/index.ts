import './sync-assignments.ts';
import './health.ts';
