// What .github/workflows/deploy.yml signs in as: an identity without a secret, for one GitHub environment, with rights on this resource
// group only. An Owner of the group deploys it once (docs/deploy.md says how):
//   az deployment group create --resource-group GROUP --template-file infra/pipeline.bicep --parameters repository=OWNER/NAME
targetScope = 'resourceGroup'

import { roles } from 'modules/roles.bicep'

@description('Region of the identity.')
param location string = resourceGroup().location

@minLength(3)
@description('OWNER/NAME of the repository on GitHub.')
param repository string

@minLength(1)
@description('Name of the environment on GitHub.')
param githubEnvironment string = 'production'

@description('Let the pipeline make and remove the lock on the ledger\'s account. Not needed with lockLedger = false.')
param mayLock bool = true

var contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'
var roleAdministrator = 'f58310d9-a9f6-439a-9e8d-f62e7b41a168'
var locksContributor = '28bf596f-4eb7-45ce-b5bc-6cf482fec137'

var assignable = join(map(items(roles), role => role.value), ', ')

// Without the condition, who may assign roles may make himself Owner: the pipeline may give and take the connector's own roles only.
var onlyOurRoles = '''
((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))
 OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {0}))
AND
((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}))
 OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {0}))
'''

var assignments = concat(
  [
    {
      role: contributor
      condition: null
    }
    {
      role: roleAdministrator
      condition: replace(onlyOurRoles, '{0}', '{${assignable}}')
    }
  ],
  mayLock
    ? [
        {
          role: locksContributor
          condition: null
        }
      ]
    : []
)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-deploy-${githubEnvironment}'
  location: location

  resource github 'federatedIdentityCredentials' = {
    name: 'github'
    properties: {
      issuer: 'https://token.actions.githubusercontent.com'
      subject: 'repo:${repository}:environment:${githubEnvironment}'
      audiences: ['api://AzureADTokenExchange']
    }
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for assignment in assignments: {
    name: guid(resourceGroup().id, identity.id, assignment.role)
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.role)
      condition: assignment.condition
      conditionVersion: assignment.condition == null ? null : '2.0'
    }
  }
]

@description('Values of the variables of the GitHub environment.')
output AZURE_CLIENT_ID string = identity.properties.clientId
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_SUBSCRIPTION_ID string = subscription().subscriptionId
output AZURE_RESOURCE_GROUP string = resourceGroup().name
