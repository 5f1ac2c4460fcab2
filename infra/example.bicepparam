// Parameters of resources.bicep, for those who deploy without azd: copy it, keep the copy where the deployment finds it, and use
//   az deployment group create --resource-group GROUP --parameters COPY.bicepparam
// docs/deploy.md lists all parameters. No secret is among them.
using 'resources.bicep'

param environmentName = 'prod'
param alertEmails = ['ops@example.com']

// Object id of whoever writes the two secrets of COR: az ad signed-in-user show --query id
param vaultWriterObjectId = ''

param mapping = 'resource-assignment'
param maximumInstanceCount = 40
param corConcurrency = 16

// Such as https://contoso.crm.dynamics.com; empty: events only, no row is read.
param dataverseUrl = ''
