// An exported page has no lessons.

export function createLessons() {
  document.documentElement.removeAttribute("data-in-lesson");
  return null;
}
