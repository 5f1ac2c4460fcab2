import { describeConvergence } from './model/describe-convergence.ts';

describeConvergence(10_000);
