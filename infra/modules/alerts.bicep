param location string
param tags object

@description('Ends the name of every rule.')
param suffix string

param emails string[]
param serviceBusId string
param queueName string
param workspaceId string

@description('Messages waiting, on average over 15 minutes, above which the backlog alert fires.')
param backlogThreshold int

@description('The app compares all rows every night, so that somebody has to know when it does not.')
param reconciles bool

var thisQueue = [
  {
    name: 'EntityName'
    operator: 'Include'
    values: [queueName]
  }
]

// Each of these queries gives rows only when there is something to say; the alert fires on the first row.
var messageAlerts = [
  {
    name: 'dead-letters'
    displayName: 'COR connector: a message was given up'
    description: 'Messages ended in the dead-letter queue, by the reason that the connector gave.'
    severity: 1
    query: loadTextContent('../queries/alert-dead-letters.kql')
    frequency: 'PT5M'
    window: 'PT15M'
    dimensions: ['deadLetterReason', 'errorCode']
  }
  {
    name: 'cor-credentials'
    displayName: 'COR connector: COR refuses the credentials'
    description: 'Nothing reaches COR until the API key, its secret or the rights of its user are mended. Messages wait meanwhile.'
    severity: 1
    query: loadTextContent('../queries/alert-cor-credentials.kql')
    frequency: 'PT5M'
    window: 'PT15M'
    dimensions: ['httpStatus', 'errorCode']
  }
  {
    name: 'failed-messages'
    displayName: 'COR connector: many messages fail'
    description: 'More than 20 % of the messages, and at least 5, were retried, given up or abandoned within 15 minutes.'
    severity: 2
    query: loadTextContent('../queries/alert-failed-messages.kql')
    frequency: 'PT5M'
    window: 'PT15M'
    dimensions: []
  }
  {
    name: 'queue-lag'
    displayName: 'COR connector: changes reach COR late'
    description: 'One message in twenty waited more than 15 minutes since it entered the queue.'
    severity: 2
    query: loadTextContent('../queries/alert-queue-lag.kql')
    frequency: 'PT5M'
    window: 'PT15M'
    dimensions: []
  }
]

// Only where there is a nightly comparison. See docs/runbook.md for each.
var reconcileAlerts = [
  {
    name: 'reconcile-held'
    displayName: 'COR connector: removals are held back'
    description: 'The comparison would take away more than it may without being asked.'
    severity: 2
    query: loadTextContent('../queries/alert-reconcile-held.kql')
    frequency: 'PT15M'
    window: 'PT1H'
    dimensions: []
  }
  {
    name: 'reconcile-failed'
    displayName: 'COR connector: a comparison with Dataverse failed'
    description: 'It changed nothing. Messages go on as before.'
    severity: 2
    query: loadTextContent('../queries/alert-reconcile-failed.kql')
    frequency: 'PT15M'
    window: 'PT1H'
    dimensions: ['errorCode']
  }
  {
    name: 'reconcile-missing'
    displayName: 'COR connector: no comparison for two days'
    description: 'No comparison with Dataverse came to its end within two days.'
    severity: 2
    query: loadTextContent('../queries/alert-reconcile-missing.kql')
    frequency: 'PT1H'
    window: 'P2D'
    dimensions: []
  }
]

var logAlerts = concat(messageAlerts, reconciles ? reconcileAlerts : [])

resource actions 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'cor-connect'
    enabled: true
    emailReceivers: [
      for (email, i) in emails: {
        name: 'email-${i + 1}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource deadLetterQueue 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-dead-letter-queue-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: 'COR connector: messages lie in the dead-letter queue. Stays on until it is empty.'
    severity: 1
    enabled: true
    scopes: [serviceBusId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'dead-lettered'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: thisQueue
        }
      ]
    }
    actions: [
      {
        actionGroupId: actions.id
      }
    ]
  }
}

resource stuckConsumer 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-stuck-consumer-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: 'COR connector: messages wait, and for 15 minutes none was completed.'
    severity: 1
    enabled: true
    scopes: [serviceBusId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'waiting'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          timeAggregation: 'Minimum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: thisQueue
        }
        {
          name: 'none-completed'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'CompleteMessage'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          dimensions: thisQueue
        }
      ]
    }
    actions: [
      {
        actionGroupId: actions.id
      }
    ]
  }
}

resource backlog 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-backlog-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: 'COR connector: more messages wait than usual.'
    severity: 2
    enabled: true
    scopes: [serviceBusId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'waiting'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: backlogThreshold
          dimensions: thisQueue
        }
      ]
    }
    actions: [
      {
        actionGroupId: actions.id
      }
    ]
  }
}

resource logRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: 'alert-${alert.name}-${suffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.displayName
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      autoMitigate: true
      // A workspace without any telemetry yet would refuse the queries; they are type-checked by the tests.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: map(alert.dimensions, dimension => {
              name: dimension
              operator: 'Include'
              values: ['*']
            })
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [actions.id]
      }
    }
  }
]
