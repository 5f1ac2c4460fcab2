/**
 * A message that Dataverse might have posted. The name says how the connector must end it:
 * `NN-what-it-is.<ending>.json|bin`.
 */
export interface StoryFile {
  readonly name: string;
  readonly body: Buffer;
}
