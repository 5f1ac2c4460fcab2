import { describe, expect, it } from 'vitest';
import { bicep, block, QUERIES } from './infra-files.ts';

describe('the alerts', () => {
  const text = bicep('modules/alerts.bicep');
  const metrics = [...text.matchAll(/'Microsoft\.Insights\/metricAlerts@2018-03-01' = /g)].map(({ index }) =>
    block(text.slice(index), '='),
  );
  const logs = [...text.matchAll(/query: loadTextContent\('\.\.\/queries\/(alert-[\w-]+)\.kql'\)/g)].map(
    ([, name]) => name,
  );

  it('are ten: three on metrics, seven on logs, of which three only where rows are compared', () => {
    expect(metrics).toHaveLength(3);
    expect([...logs].sort()).toEqual([...QUERIES.keys()].filter((name) => name.startsWith('alert-')).sort());
    expect(logs).toHaveLength(7);
    expect(text).toContain('concat(messageAlerts, reconciles ? reconcileAlerts : [])');
    const compared = text.slice(text.indexOf('var reconcileAlerts = ['), text.indexOf('var logAlerts ='));
    expect([...compared.matchAll(/queries\/(alert-[\w-]+)\.kql/g)].map(([, name]) => name)).toEqual(
      logs.filter((name) => name?.startsWith('alert-reconcile-')),
    );
  });

  it('all tell the one action group, in the common schema', () => {
    for (const alert of metrics) expect(alert).toMatch(/actions: \[\s+\{\s+actionGroupId: actions\.id/);
    expect(text).toContain('actionGroups: [actions.id]');
    expect(text.match(/'Microsoft\.Insights\/actionGroups@/g)).toHaveLength(1);
    expect(text).toContain('useCommonAlertSchema: true');
    expect(text).toMatch(/groupShortName: '.{1,12}'/);
  });

  it('never add up a gauge, and watch the one queue', () => {
    const criteria = metrics.flatMap((alert) =>
      [...alert.matchAll(/metricName: '(\w+)'\s+timeAggregation: '(\w+)'[^{}]+dimensions: thisQueue/g)].map(
        ([, metric, aggregation]) => `${metric} ${aggregation}`,
      ),
    );
    expect(criteria).toEqual([
      'DeadletteredMessages Maximum',
      'ActiveMessages Minimum',
      'CompleteMessage Total',
      'ActiveMessages Average',
    ]);
  });
});
