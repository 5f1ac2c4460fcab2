import { projectTeamStory } from './project-team-story.ts';
import { resourceAssignmentStory } from './resource-assignment-story.ts';
import type { RowsOfStory, StoryRow } from './row.ts';
import type { StoryFile } from './story-file.ts';

/** The sample messages by preset, in the order in which they are played. */
export function story(): Record<string, StoryFile[]> {
  return { 'resource-assignment': resourceAssignmentStory(), 'project-team': projectTeamStory() };
}

/** The rows that the events speak of, as they are when both stories are over. */
export function storyRows(): StoryRow[] {
  const rows: RowsOfStory = [];
  resourceAssignmentStory(rows);
  projectTeamStory(rows);
  return rows.flatMap((row) => row.current() ?? []);
}
