import { roles } from 'roles.bicep'

param location string
param tags object
param name string

@description('Principal id of the identity that the app runs as.')
param principalId string

param vaultWriterObjectId string
param privateOnly bool
param allowedIps string[]
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    publicNetworkAccess: privateOnly && empty(allowedIps) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: privateOnly ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
      ipRules: map(privateOnly ? allowedIps : [], ip => { value: ip })
    }
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, roles.keyVaultSecretsUser)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

// The vault is made empty. Without the type of the principal: it may be a person, a group or a pipeline.
resource writer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(vaultWriterObjectId)) {
  name: guid(vault.id, vaultWriterObjectId, roles.keyVaultSecretsOfficer)
  scope: vault
  properties: {
    principalId: vaultWriterObjectId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsOfficer)
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

output id string = vault.id
output name string = vault.name
