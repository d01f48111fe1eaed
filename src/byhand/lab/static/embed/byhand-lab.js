// <byhand-lab src="lab/" view="plane" show="board,start" set="spiral" height="420">: the lab in another page.
// The frame is made when the element comes into sight; before that a poster stands there. It follows the page's theme,
// and speaks in messages: {byhand: 1, state} and {byhand: 1, height} come, {byhand: 1, set: {name: "text"}} goes.

const NEAR = "200px"; // of the window's edge: the frame is made before one arrives at it

class ByhandLab extends HTMLElement {
  /** @type {HTMLIFrameElement | undefined} */
  #frame;
  /** @type {IntersectionObserver | undefined} */
  #watching;

  connectedCallback() {
    this.style.display ||= "block";
    this.style.height = `${Number(this.getAttribute("height")) || 420}px`;
    this.#showPoster();
    this.#watching = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.start(), {
      rootMargin: NEAR,
    });
    this.#watching.observe(this);
    addEventListener("message", this.#hear);
  }

  disconnectedCallback() {
    this.#watching?.disconnect();
    removeEventListener("message", this.#hear);
  }

  /** The lab's address with what the attributes ask for. */
  get address() {
    const url = new URL(this.getAttribute("src") ?? "", document.baseURI);
    const params = new URLSearchParams((this.getAttribute("state") ?? url.hash).replace(/^#/, ""));
    const view = this.getAttribute("view");
    if (view || !params.has("embed")) params.set("embed", view ?? "draw");
    for (const name of ["show", "set"]) if (this.hasAttribute(name)) params.set(name, this.getAttribute(name) ?? "");
    params.set(
      "theme",
      this.getAttribute("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
    );
    url.hash = params.toString();
    return url.href;
  }

  /** Make the frame, once. */
  start() {
    if (this.#frame) return;
    this.#frame = Object.assign(document.createElement("iframe"), { src: this.address, title: "byhand lab" });
    Object.assign(this.#frame.style, { width: "100%", height: "100%", border: "0" });
    this.replaceChildren(this.#frame);
  }

  /** Change settings of the lab: setState({ planeRate: "0.3" }). @param {Record<string, string>} changes */
  setState(changes) {
    this.#frame?.contentWindow?.postMessage({ byhand: 1, set: changes }, new URL(this.address).origin);
  }

  #showPoster() {
    const address = this.getAttribute("poster");
    const image = Object.assign(new Image(), { src: address ?? "", alt: "" });
    if (address) this.replaceChildren(image);
  }

  /** @type {(event: MessageEvent) => void} */
  #hear = ({ source, data }) => {
    if (!this.#frame || source !== this.#frame.contentWindow || data?.byhand !== 1) return;
    if (typeof data.height === "number" && !this.hasAttribute("height")) this.style.height = `${data.height}px`;
    if (typeof data.state === "string") this.dispatchEvent(new CustomEvent("state", { detail: data.state }));
  };
}

customElements.define("byhand-lab", ByhandLab);
