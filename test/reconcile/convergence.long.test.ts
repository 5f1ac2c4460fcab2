import { describeRuns } from './model/describe-runs.ts';

describeRuns(20_000);
