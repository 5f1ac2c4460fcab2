// The connector and all it needs, in one resource group. Deploy it alone into a group that exists:
//   az deployment group create --resource-group GROUP --parameters infra/example.bicepparam
// or, with its resource group, by main.bicep (azd up). Parameters are the same in both, the tests see to that. No secret is among them: both
// halves of COR's credentials are written into the vault by hand or by azd's hook.
//
// Made for a queue that belongs to the connector. The topic form (ServiceBusTopicName, ServiceBusSubscriptionName) is for a topic that
// others own and deploy: it needs their subscription and roles on it, so it is left to a template of yours around these modules.
targetScope = 'resourceGroup'

import { roles } from 'modules/roles.bicep'

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

@description('COR\'s Integrations API.')
param corBaseUrl string = 'https://integrations.projectcor.com'

@description('COR\'s token endpoint.')
param corTokenUrl string = 'https://api.projectcor.com/v1/oauth/token'

@minLength(1)
@description('metadata.source under which COR knows users and workspaces.')
param corSource string = 'MICROSOFT_DYNAMICS'

@minValue(1)
@maxValue(1000)
@description('COR calls in flight at once, per instance.')
param corConcurrency int = 16

@description('Deadline of one COR call, such as 30s.')
param corTimeout string = '30s'

@description('Create workspaces that COR does not know, instead of dead-lettering the message.')
param corCreateMissingWorkspaces bool = false

@minLength(1)
@description('resource-assignment, resource-assignment-entra (needs dataverseUrl), project-team, or the path of a JSON file in the package.')
param mapping string = 'resource-assignment'

@description('How long a message is retried while COR cannot be reached, such as 24h.')
param retryWindow string = '24h'

@description('How long a message is retried while COR does not know its user or workspace, such as 15m.')
param unmappedGrace string = '15m'

@description('https://ORG.crm.dynamics.com: read Dataverse, for events that do not say enough and for the nightly comparison. Empty: events only.')
param dataverseUrl string = ''

@description('Id of the Dataverse organization whose events are taken; empty: the first one seen.')
param dataverseOrganizationId string = ''

@description('When all rows are compared with the ledger: NCRONTAB with seconds, UTC. Only with dataverseUrl.')
param reconcileSchedule string = '0 0 3 * * *'

@description('When all users are told to COR once more: NCRONTAB with seconds, UTC; empty: as the connector does by itself.')
param verifySchedule string = ''

@description('Give the app Data Owner on the queue beside Receiver and Sender: the scale controller reads the queue\'s length with it.')
param grantServiceBusOwner bool = true

@description('Object id of the person, group or pipeline that may write secrets into the vault; empty for none.')
param vaultWriterObjectId string = ''

@description('Reach storage and vault through private endpoints only. Service Bus stays public, because Dataverse posts from outside.')
param vnetEnabled bool = false

@description('Address range of the network, /23 or larger.')
param vnetAddressPrefix string = '10.20.0.0/22'

@description('With a network: public addresses (CIDR) from which the vault can be reached all the same, to write the secrets.')
param vaultAllowedIps string[] = []

@description('Addresses (CIDR) that may call the app over HTTP: health, dead letters. None: all, with a function key where one is needed.')
param allowedIps string[] = []

@description('Lock the ledger\'s account against deletion. Takes the right to make locks: Owner, or Locks Contributor.')
param lockLedger bool = true

@minValue(30)
@maxValue(730)
@description('Days that logs are kept.')
param logRetentionDays int = 90

@description('Most gigabytes of logs a day; -1 for no limit. Beyond it nothing is logged, and the alerts on logs are blind.')
param logDailyCapGb int = -1

@description('Also log what the platform says of the app, and who reads, writes and deletes in the ledger.')
param platformLogs bool = true

@description('E-mail addresses that alerts go to.')
param alertEmails string[] = []

@minValue(1)
@description('Messages waiting, on average over 15 minutes, above which the backlog alert fires.')
param backlogThreshold int = 1000

// Made, with a value, by azd's hook or by hand after the first deployment.
var apiKeyName = 'cor-api-key'
var clientSecretName = 'cor-client-secret'

var appContainer = 'app-package'

var dataverseSettings = union(
  empty(dataverseUrl)
    ? {}
    : {
        DATAVERSE_URL: dataverseUrl
        DATAVERSE_CLIENT_ID: identity.properties.clientId
        RECONCILE_SCHEDULE: reconcileSchedule
      },
  empty(dataverseOrganizationId) ? {} : { DATAVERSE_ORGANIZATION_ID: dataverseOrganizationId },
  empty(verifySchedule) ? {} : { VERIFY_SCHEDULE: verifySchedule }
)

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
    containers: [appContainer]
    principalId: identity.properties.principalId
    roleId: roles.storageBlobDataOwner
    keepDeletedDays: 7
    keepVersions: false
    locked: false
    privateOnly: vnetEnabled
    logCategories: platformLogs ? ['StorageWrite', 'StorageDelete'] : []
    workspaceId: monitoring.outputs.workspaceId
  }
}

// Apart, so that whoever may change the app's package cannot read the ledger, and so that it outlives the app.
module ledger 'modules/storage.bicep' = {
  name: 'ledger'
  params: {
    location: location
    tags: union(tags, { connector: 'ledger' })
    name: 'stl${token}'
    containers: ['cor-ledger']
    principalId: identity.properties.principalId
    roleId: roles.storageBlobDataContributor
    keepDeletedDays: 30
    keepVersions: true
    locked: lockLedger
    privateOnly: vnetEnabled
    logCategories: platformLogs ? ['StorageRead', 'StorageWrite', 'StorageDelete'] : []
    workspaceId: monitoring.outputs.workspaceId
  }
}

// The runbook finds the parts by the tag `connector`, whatever else is in the group.
module serviceBus 'modules/service-bus.bicep' = {
  name: 'service-bus'
  params: {
    location: location
    tags: union(tags, { connector: 'service-bus' })
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
    tags: union(tags, { connector: 'vault' })
    name: 'kv-${token}'
    principalId: identity.properties.principalId
    vaultWriterObjectId: vaultWriterObjectId
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
    ledgerAccountId: ledger.outputs.id
    vaultId: vault.outputs.id
  }
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    location: location
    tags: union(tags, { connector: 'app' })
    name: 'func-${token}'
    planName: 'plan-${token}'
    identityId: identity.id
    identityClientId: identity.properties.clientId
    runtimeVersion: runtimeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    deploymentContainerUrl: '${storage.outputs.blobEndpoint}${appContainer}'
    blobEndpoint: storage.outputs.blobEndpoint
    ledgerBlobEndpoint: ledger.outputs.blobEndpoint
    serviceBusHost: serviceBus.outputs.host
    queueName: queueName
    insightsName: monitoring.outputs.insightsName
    subnetId: network.?outputs.appSubnetId ?? ''
    allowedIps: allowedIps
    workspaceId: monitoring.outputs.workspaceId
    platformLogs: platformLogs
    connectorSettings: {
      COR_BASE_URL: corBaseUrl
      COR_TOKEN_URL: corTokenUrl
      // The platform puts the secrets in place, in whatever version is the newest.
      COR_API_KEY: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=${apiKeyName})'
      COR_CLIENT_SECRET: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=${clientSecretName})'
      COR_SOURCE: corSource
      COR_CONCURRENCY: string(corConcurrency)
      COR_TIMEOUT: corTimeout
      COR_CREATE_MISSING_WORKSPACES: corCreateMissingWorkspaces ? 'true' : 'false'
      MAPPING: mapping
      RETRY_WINDOW: retryWindow
      UNMAPPED_GRACE: unmappedGrace
      ...dataverseSettings
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
    reconciles: !empty(dataverseUrl)
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
output ledgerAccountName string = ledger.outputs.name
output serviceBusNamespace string = serviceBus.outputs.name
output serviceBusQueueName string = queueName
output workspaceId string = monitoring.outputs.workspaceId
output workbookId string = workbook.outputs.id
@description('Client id of the identity that the app runs as: make the application user in Dataverse of it.')
output appClientId string = identity.properties.clientId
