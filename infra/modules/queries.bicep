// The queries of the workbook and of the query pack. What the alerts ask is in alerts.bicep.
@export()
var queries = [
  {
    name: 'overview-totals'
    displayName: 'COR connector: totals'
    text: loadTextContent('../queries/overview-totals.kql')
  }
  {
    name: 'overview-outcomes'
    displayName: 'COR connector: messages by outcome'
    text: loadTextContent('../queries/overview-outcomes.kql')
  }
  {
    name: 'overview-lag'
    displayName: 'COR connector: seconds from the queue to COR'
    text: loadTextContent('../queries/overview-lag.kql')
  }
  {
    name: 'overview-notices'
    displayName: 'COR connector: drift, caps, pauses and other notices'
    text: loadTextContent('../queries/overview-notices.kql')
  }
  {
    name: 'failures-by-reason'
    displayName: 'COR connector: failures by reason'
    text: loadTextContent('../queries/failures-by-reason.kql')
  }
  {
    name: 'failures-latest'
    displayName: 'COR connector: latest failures'
    text: loadTextContent('../queries/failures-latest.kql')
  }
  {
    name: 'trace-record'
    displayName: 'COR connector: trace one record, message or Dataverse operation'
    text: loadTextContent('../queries/trace-record.kql')
  }
  {
    name: 'cor-calls'
    displayName: 'COR connector: calls of COR'
    text: loadTextContent('../queries/cor-calls.kql')
  }
  {
    name: 'cor-latency'
    displayName: 'COR connector: latency of COR'
    text: loadTextContent('../queries/cor-latency.kql')
  }
  {
    name: 'cor-refusals'
    displayName: 'COR connector: what COR refused'
    text: loadTextContent('../queries/cor-refusals.kql')
  }
  {
    name: 'cor-pauses'
    displayName: 'COR connector: pauses'
    text: loadTextContent('../queries/cor-pauses.kql')
  }
  {
    name: 'cor-coalescing'
    displayName: 'COR connector: messages that shared a call'
    text: loadTextContent('../queries/cor-coalescing.kql')
  }
  {
    name: 'queue-retries'
    displayName: 'COR connector: messages tried again'
    text: loadTextContent('../queries/queue-retries.kql')
  }
  {
    name: 'queue-deliveries'
    displayName: 'COR connector: deliveries'
    text: loadTextContent('../queries/queue-deliveries.kql')
  }
  {
    name: 'reconcile-runs'
    displayName: 'COR connector: comparisons with Dataverse'
    text: loadTextContent('../queries/reconcile-runs.kql')
  }
]
