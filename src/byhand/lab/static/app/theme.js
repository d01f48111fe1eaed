// The theme before the first paint: what the address asks for, else the system's; and the room that a lesson takes. A
// classic script in the head of the page, and of an exported one; app/main.js follows later changes.

{
  const address = new URLSearchParams(location.hash.slice(1));
  const choice = address.get("theme") ?? "auto";
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = ["light", "dark"].includes(choice) ? choice : system;
  document.documentElement.toggleAttribute("data-in-lesson", address.has("lesson"));
}
