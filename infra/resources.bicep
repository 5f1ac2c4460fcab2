// The connector and all it needs, in one resource group. Deploy it alone into a group that exists:
//   az deployment group create --resource-group GROUP --template-file infra/resources.bicep --parameters corApiKey=KEY
// or, with its resource group, by main.bicep (azd up). Parameters are the same in both, the tests see to that.
//
// Made for a queue that belongs to the connector. The topic form (ServiceBusTopicName, ServiceBusSubscriptionName) is for a topic that
// others own and deploy: it needs their subscription and roles on it, so it is left to a template of yours around these modules.
targetScope = 'resourceGroup'

@minLength(1)
@description('Name of the environment, such as prod. With the resource group it decides the names of all resources.')
param environmentName string = resourceGroup().name

@description('Region of all resources.')
param location string = resourceGroup().location

@description('Tags for every resource.')
param tags object = {}

@maxLength(20)
@description('Change it to get new resource names: after the group was deleted, the name of its vault stays taken for 90 days.')
param nameSalt string = ''

@allowed(['22', '24'])
@description('Major version of Node.js.')
param runtimeVersion string = '24'

@allowed([512, 2048, 4096])
@description('Memory of an instance, MB.')
param instanceMemoryMB int = 2048

@minValue(1)
@maxValue(1000)
@description('Most instances at once. Times corConcurrency it is the most COR calls in flight.')
param maximumInstanceCount int = 40

@minValue(0)
@maxValue(20)
@description('Instances that are kept warm, and paid for, so that the first message after a quiet time need not wait.')
param alwaysReadyInstances int = 0

@minLength(1)
@maxLength(260)
@description('Queue that Dataverse posts to.')
param queueName string = 'dynamics-assignments'

@minLength(1)
@description('API key from COR > Settings > Integrations > API. Its secret goes into the vault, never into a template.')
param corApiKey string

@description('Name of the secret in the vault that holds the client secret of COR.')
param corSecretName string = 'cor-client-secret'

@description('COR\'s Integrations API.')
param corBaseUrl string = 'https://integrations.projectcor.com'

@description('COR\'s token endpoint.')
param corTokenUrl string = 'https://api.projectcor.com/v1/oauth/token'

@minValue(1)
@maxValue(1000)
@description('COR calls in flight at once, per instance.')
param corConcurrency int = 16

@description('Deadline of one COR call, such as 30s.')
param corTimeout string = '30s'

@description('Create workspaces that COR does not know, instead of dead-lettering the message.')
param corCreateMissingWorkspaces bool = false

@minLength(1)
@description('resource-assignment, project-team, or the path of a JSON file in the package.')
param mapping string = 'resource-assignment'

@description('How long a message is retried while COR cannot be reached, such as 24h.')
param retryWindow string = '24h'

@description('How long a message is retried while COR does not know its user or workspace, such as 15m.')
param unmappedGrace string = '15m'

@description('Give the app Data Owner on the queue beside Receiver and Sender: the scale controller reads the queue\'s length with it.')
param grantServiceBusOwner bool = true

@description('Object id of the person, group or pipeline that may write secrets into the vault; empty for none.')
param secretWriterObjectId string = ''

@description('Reach storage and vault through private endpoints only. Service Bus stays public, because Dataverse posts from outside.')
param vnetEnabled bool = false

@description('Address range of the network, /23 or larger.')
param vnetAddressPrefix string = '10.20.0.0/22'

@description('With a network: public addresses (CIDR) from which the vault can be reached all the same, to write the secret.')
param vaultAllowedIps string[] = []

@minValue(30)
@maxValue(730)
@description('Days that logs are kept.')
param logRetentionDays int = 90

@description('Most gigabytes of logs a day; -1 for no limit. Beyond it nothing is logged, and the alerts on logs are blind.')
param logDailyCapGb int = -1

@description('E-mail addresses that alerts go to.')
param alertEmails string[] = []

@minValue(1)
@description('Messages waiting, on average over 15 minutes, above which the backlog alert fires.')
param backlogThreshold int = 1000

var token = toLower(uniqueString(subscription().id, resourceGroup().id, environmentName, nameSalt))

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${token}'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    location: location
    tags: tags
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    principalId: identity.properties.principalId
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    tags: tags
    name: 'st${token}'
    principalId: identity.properties.principalId
    privateOnly: vnetEnabled
  }
}

module serviceBus 'modules/service-bus.bicep' = {
  name: 'service-bus'
  params: {
    location: location
    tags: tags
    name: 'sb-${token}'
    queueName: queueName
    principalId: identity.properties.principalId
    grantOwner: grantServiceBusOwner
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  params: {
    location: location
    tags: tags
    name: 'kv-${token}'
    principalId: identity.properties.principalId
    secretWriterObjectId: secretWriterObjectId
    privateOnly: vnetEnabled
    allowedIps: vaultAllowedIps
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (vnetEnabled) {
  name: 'network'
  params: {
    location: location
    tags: tags
    name: 'vnet-${token}'
    addressPrefix: vnetAddressPrefix
    storageAccountId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    location: location
    tags: tags
    name: 'func-${token}'
    planName: 'plan-${token}'
    identityId: identity.id
    identityClientId: identity.properties.clientId
    runtimeVersion: runtimeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    blobEndpoint: storage.outputs.blobEndpoint
    serviceBusHost: serviceBus.outputs.host
    queueName: queueName
    insightsName: monitoring.outputs.insightsName
    subnetId: network.?outputs.appSubnetId ?? ''
    connectorSettings: {
      COR_BASE_URL: corBaseUrl
      COR_TOKEN_URL: corTokenUrl
      COR_API_KEY: corApiKey
      // The platform puts the secret in place, in whatever version is the newest.
      COR_CLIENT_SECRET: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=${corSecretName})'
      COR_CONCURRENCY: string(corConcurrency)
      COR_TIMEOUT: corTimeout
      COR_CREATE_MISSING_WORKSPACES: corCreateMissingWorkspaces ? 'true' : 'false'
      MAPPING: mapping
      RETRY_WINDOW: retryWindow
      UNMAPPED_GRACE: unmappedGrace
    }
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    tags: tags
    suffix: token
    emails: alertEmails
    serviceBusId: serviceBus.outputs.id
    queueName: queueName
    workspaceId: monitoring.outputs.workspaceId
    backlogThreshold: backlogThreshold
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    location: location
    tags: tags
    displayName: 'COR connector ${environmentName}'
    workspaceId: monitoring.outputs.workspaceId
    insightsId: monitoring.outputs.insightsId
    serviceBusId: serviceBus.outputs.id
    functionAppId: functionApp.outputs.id
  }
}

module queryPack 'modules/query-pack.bicep' = {
  name: 'query-pack'
  params: {
    location: location
    tags: tags
    name: 'queries-${token}'
  }
}

output functionAppName string = functionApp.outputs.name
output functionAppHost string = functionApp.outputs.host
output keyVaultName string = vault.outputs.name
output corSecretName string = corSecretName
output storageAccountName string = storage.outputs.name
output serviceBusNamespace string = serviceBus.outputs.name
output serviceBusQueueName string = queueName
output workspaceId string = monitoring.outputs.workspaceId
output workbookId string = workbook.outputs.id
