import { queries } from 'queries.bicep'

param location string
param tags object
param displayName string
param workspaceId string
param insightsId string
param serviceBusId string
param functionAppId string

@description('Text as it stands between the quotes of a JSON string.')
func insideJson(text string) string =>
  replace(replace(replace(replace(text, '\r', ''), '\\', '\\\\'), '"', '\\"'), '\n', '\\n')

// workbook.json names its queries, {{kql:NAME}}, so that each is written once and can be read.
var withQueries = reduce(
  queries,
  loadTextContent('../workbook.json'),
  (filled, query) => replace(filled, '{{kql:${query.name}}}', insideJson(query.text))
)
var withSelection = replace(
  withQueries,
  '{{kql:trace-selected}}',
  insideJson(replace(loadTextContent('../queries/trace-record.kql'), '{Id}', '{Selected}'))
)
var withWorkspace = replace(withSelection, '{{workspaceId}}', workspaceId)
var withBus = replace(withWorkspace, '{{serviceBusId}}', serviceBusId)
var complete = replace(withBus, '{{functionAppId}}', functionAppId)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, displayName)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    sourceId: insightsId
    version: 'Notebook/1.0'
    serializedData: complete
  }
}

output id string = workbook.id
