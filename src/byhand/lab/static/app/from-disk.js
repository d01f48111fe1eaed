// Without modules, as from disk, the page's program cannot start: say so, and what to do. A classic script, which can.

if (location.protocol === "file:") {
  addEventListener("DOMContentLoaded", () => {
    const main = document.querySelector("#main");
    const sentence =
      "This page cannot run from disk, because browsers load modules only from a server. Run byhand lab, or serve this folder with python -m http.server and open the address that it prints.";
    if (main) main.textContent = sentence;
  });
}
