// An exported page has no lessons.

export function createLessons() {
  return null;
}
