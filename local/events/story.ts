import { projectTeamStory } from './project-team-story.ts';
import { resourceAssignmentStory } from './resource-assignment-story.ts';

/** A message that Dataverse might have posted. The name says how the connector must end it: `NN-what-it-is.<ending>.json|bin`. */
export interface StoryFile {
  readonly name: string;
  readonly body: Buffer;
}

/** The sample messages by preset, in the order in which they are played. */
export function story(): Record<string, StoryFile[]> {
  return { 'resource-assignment': resourceAssignmentStory(), 'project-team': projectTeamStory() };
}
