// The theme before the first paint: what the address asks for, else the system's. A classic script in the head of the
// page, and of an exported one; app/main.js follows later changes.

{
  const asked = new URLSearchParams(location.hash.slice(1)).get("theme") ?? "auto";
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = ["light", "dark"].includes(asked) ? asked : system;
}
