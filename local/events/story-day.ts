/** A Wednesday in the first of the weeks that the stories plan: the day on which they are played. */
export const STORY_DAY = '2026-03-04';
