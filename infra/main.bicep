// For azd: makes the resource group, and in it what resources.bicep describes.
targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the environment, such as prod. It becomes part of the resource group\'s name.')
param environmentName string

@minLength(1)
@description('Region of all resources: one that has the Flex Consumption plan (az functionapp list-flexconsumption-locations).')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Name of the resource group; empty: rg- and the environment\'s name.')
param resourceGroupName string = ''

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

@description('With a network: public addresses (CIDR), separated by commas, from which the vault can be reached all the same, to write the secrets.')
param vaultAllowedIps string = ''

@description('Addresses (CIDR), separated by commas, that may call the app over HTTP: health, dead letters. None: all, with a function key where one is needed.')
param allowedIps string = ''

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

@minLength(1)
@description('E-mail addresses that alerts go to, separated by commas; none: no mail.')
param alertEmails string

@minValue(1)
@description('Messages waiting, on average over 15 minutes, above which the backlog alert fires.')
param backlogThreshold int = 1000

@description('The parts of a text with commas, or none.')
func listOf(text string) string[] => empty(text) ? [] : map(split(text, ','), part => trim(part))

var tags = {
  // azd finds the group by it.
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
  location: location
  tags: tags
}

module resources 'resources.bicep' = {
  name: 'resources'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    nameSalt: nameSalt
    runtimeVersion: runtimeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    queueName: queueName
    corBaseUrl: corBaseUrl
    corTokenUrl: corTokenUrl
    corSource: corSource
    corConcurrency: corConcurrency
    corTimeout: corTimeout
    corCreateMissingWorkspaces: corCreateMissingWorkspaces
    mapping: mapping
    retryWindow: retryWindow
    unmappedGrace: unmappedGrace
    dataverseUrl: dataverseUrl
    dataverseOrganizationId: dataverseOrganizationId
    reconcileSchedule: reconcileSchedule
    verifySchedule: verifySchedule
    grantServiceBusOwner: grantServiceBusOwner
    vaultWriterObjectId: vaultWriterObjectId
    vnetEnabled: vnetEnabled
    vnetAddressPrefix: vnetAddressPrefix
    vaultAllowedIps: listOf(vaultAllowedIps)
    allowedIps: listOf(allowedIps)
    lockLedger: lockLedger
    logRetentionDays: logRetentionDays
    logDailyCapGb: logDailyCapGb
    platformLogs: platformLogs
    alertEmails: alertEmails == 'none' ? [] : listOf(alertEmails)
    backlogThreshold: backlogThreshold
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output FUNCTION_APP_NAME string = resources.outputs.functionAppName
output FUNCTION_APP_HOST string = resources.outputs.functionAppHost
output KEY_VAULT_NAME string = resources.outputs.keyVaultName
output LEDGER_ACCOUNT_NAME string = resources.outputs.ledgerAccountName
output SERVICE_BUS_NAMESPACE string = resources.outputs.serviceBusNamespace
output SERVICE_BUS_QUEUE string = resources.outputs.serviceBusQueueName
output WORKBOOK_ID string = resources.outputs.workbookId
output APP_CLIENT_ID string = resources.outputs.appClientId
