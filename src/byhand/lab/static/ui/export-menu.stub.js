// In an exported page there is nothing more to export.

export function exportMenu() {
  return null;
}

export function codeMenu() {
  return null;
}
