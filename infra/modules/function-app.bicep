param location string
param tags object
param name string
param planName string

param identityId string

@description('Client id of that identity.')
param identityClientId string

param runtimeVersion string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyInstances int

@description('Where the deployed package lies.')
param deploymentContainerUrl string

@description('Blob endpoint of the host\'s own account, and that of the ledger\'s.')
param blobEndpoint string
param ledgerBlobEndpoint string

param serviceBusHost string
param queueName string
param insightsName string

@description('Subnet that the app\'s outgoing traffic goes through; empty for none.')
param subnetId string

@description('Addresses (CIDR) that may call the app over HTTP; none for all.')
param allowedIps string[]

param workspaceId string

@description('Send what the platform logs of the app to the workspace.')
param platformLogs bool

@description('What the connector itself is told, by the names of its settings.')
param connectorSettings object

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  // azd finds the app that it deploys to by this tag.
  tags: union(tags, { 'azd-service-name': 'connector' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: runtimeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0
          ? []
          : [
              {
                name: 'function:syncAssignments'
                instanceCount: alwaysReadyInstances
              }
            ]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      ipSecurityRestrictionsDefaultAction: empty(allowedIps) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: [
        for (address, i) in allowedIps: {
          name: 'allowed-${i + 1}'
          priority: 100 + i
          action: 'Allow'
          ipAddress: address
        }
      ]
      // Deployments come from anywhere, with a Microsoft Entra token.
      scmIpSecurityRestrictionsUseMain: false
    }
  }

  // Every setting is here: a deployment replaces all of them, also what was set by hand in the portal.
  resource settings 'config' = {
    name: 'appsettings'
    properties: {
      AzureWebJobsStorage__blobServiceUri: blobEndpoint
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      LedgerStorage__blobServiceUri: ledgerBlobEndpoint
      LedgerStorage__clientId: identityClientId
      ServiceBusConnection__fullyQualifiedNamespace: serviceBusHost
      ServiceBusConnection__credential: 'managedidentity'
      ServiceBusConnection__clientId: identityClientId
      ServiceBusQueueName: queueName
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      // Everything is kept: a few spans a message, and an operator has to find each one.
      OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
      OTEL_TRACES_SAMPLER_ARG: '1'
      ...connectorSettings
    }
  }

  // Deployments prove themselves with Microsoft Entra tokens; a leaked publish profile opens nothing.
  resource scmPublishing 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }

  resource ftpPublishing 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }
}

// What the host says of itself is here also when Application Insights takes nothing.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (platformLogs) {
  name: 'to-log-analytics'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
  }
}

output id string = app.id
output name string = app.name
output host string = app.properties.defaultHostName
