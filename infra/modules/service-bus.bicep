import { roles } from 'roles.bicep'

param location string
param tags object
param name string
param queueName string

@description('Principal id of the identity that the app runs as.')
param principalId string

param grantOwner bool
param workspaceId string

// Receiver and Sender are what the code uses: scheduled copies and replayed dead letters are sends. Owner is for the platform's scale
// controller, which reads the queue's length with it.
var queueRoles = concat(
  [roles.serviceBusDataReceiver, roles.serviceBusDataSender],
  grantOwner ? [roles.serviceBusDataOwner] : []
)

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    minimumTlsVersion: '1.2'
    // Dataverse posts from outside and proves itself with a shared access key: both have to stay possible, also with a virtual network.
    disableLocalAuth: false
    publicNetworkAccess: 'Enabled'
  }

  resource queue 'queues' = {
    name: queueName
    properties: {
      lockDuration: 'PT5M'
      maxDeliveryCount: 10
      defaultMessageTimeToLive: 'P14D'
      deadLetteringOnMessageExpiration: true
      // Dataverse sets no session id, and gives its messages no id that would make duplicates known.
      requiresSession: false
      requiresDuplicateDetection: false
    }

    // The only key that leaves Azure; it can send to this queue and nothing else.
    resource dataverseSend 'authorizationRules' = {
      name: 'dataverse-send'
      properties: {
        rights: ['Send']
      }
    }
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in queueRoles: {
    name: guid(namespace::queue.id, principalId, role)
    scope: namespace::queue
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

output id string = namespace.id
output name string = namespace.name
output host string = '${namespace.name}.servicebus.windows.net'
