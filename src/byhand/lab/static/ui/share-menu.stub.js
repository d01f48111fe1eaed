// An exported page has no menu to export it again.

export function shareMenu() {
  return null;
}
