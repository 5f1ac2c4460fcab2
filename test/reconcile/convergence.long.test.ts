import { describeRuns } from './model/describe-runs.ts';

describeRuns(5_000);
