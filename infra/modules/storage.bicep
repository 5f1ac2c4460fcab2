// A storage account for blobs: made twice, for the app and for the ledger.
param location string
param tags object
param name string

@description('Containers to make.')
param containers string[]

@description('Principal id of the identity that the app runs as.')
param principalId string

@description('Id of the role that the app has on the account.')
param roleId string

@minValue(1)
@maxValue(365)
@description('Days that whatever was deleted can be brought back.')
param keepDeletedDays int

@description('Keep every version of a blob, for as many days as what was deleted.')
param keepVersions bool

@description('Keep the account itself from being deleted, also with its resource group.')
param locked bool

@description('Only private endpoints reach the account.')
param privateOnly bool

@description('Categories of the blob service\'s log that go to the workspace; none for no log.')
param logCategories string[]

param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: privateOnly ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: keepVersions
    deleteRetentionPolicy: {
      enabled: true
      days: keepDeletedDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: keepDeletedDays
    }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for container in containers: {
    parent: blobs
    name: container
  }
]

// Versions do not end by themselves: without this rule every save would be kept, and paid for, for good.
resource oldVersions 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = if (keepVersions) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'delete-old-versions'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: keepDeletedDays
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}

// On the account, not on a container: the Functions host makes containers of its own, and the connector makes the ledger's if it is gone.
resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, roleId)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (locked) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Without the ledger the connector cannot take away what it once gave. See docs/deploy.md before you remove this.'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(logCategories)) {
  name: 'to-log-analytics'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      for category in logCategories: {
        category: category
        enabled: true
      }
    ]
  }
}

output id string = account.id
output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
