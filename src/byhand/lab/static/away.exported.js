// In an exported page there is nothing more to take away.

export function awayMenu() { return null; }

export function codeMenu() { return null; }
