/**
 * Of the thread of a run, MB. New objects of a run live briefly: in a small nursery most of them never leave it, and
 * 200,000 rows take under 300 MB in all instead of 500. What a run keeps takes 55 MB for as many rows: one that needs
 * more than there is fails by itself, and messages go on.
 */
export const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };
