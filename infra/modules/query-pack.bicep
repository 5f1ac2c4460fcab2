import { queries } from 'queries.bicep'

param location string
param tags object
param name string

resource pack 'Microsoft.OperationalInsights/queryPacks@2025-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {}

  resource entries 'queries' = [
    for query in queries: {
      name: guid(resourceGroup().id, query.name)
      properties: {
        displayName: query.displayName
        body: query.text
        related: {
          categories: ['applications']
          resourceTypes: ['microsoft.operationalinsights/workspaces', 'microsoft.insights/components']
        }
      }
    }
  ]
}
