// Before the first paint: the room of the line for who is here for the first time (lessons/welcome.js).

{
  let isNew = /^#?((token|data)=\w*)?$/.test(location.hash);
  try {
    isNew &&= localStorage.getItem("byhand-welcomed") === null;
  } catch {
    // a browser may refuse to store anything: then the line comes each time
  }
  document.documentElement.toggleAttribute("data-new", isNew);
}
