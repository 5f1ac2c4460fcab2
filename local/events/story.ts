import { projectTeamStory } from './project-team-story.ts';
import { resourceAssignmentStory } from './resource-assignment-story.ts';
import type { StoryFile } from './story-file.ts';

/** The sample messages by preset, in the order in which they are played. */
export function story(): Record<string, StoryFile[]> {
  return { 'resource-assignment': resourceAssignmentStory(), 'project-team': projectTeamStory() };
}
